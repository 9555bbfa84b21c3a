package dev.serin.server.cli;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.serin.server.catalog.DocumentNames;
import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingV2Stub;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import dev.serin.v1.Document;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingV2Stub;
import dev.serin.v1.ValidateDocumentsRequest;
import dev.serin.v1.ValidateDocumentsResponse;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server for the time of one command.
 *
 * @param server its address, for messages
 * @param channel the connection
 * @param timeout how long each call may take
 */
record Session(String server, ManagedChannel channel, Duration timeout) implements AutoCloseable {
  /** A list of 1 000 documents of some 64 KiB. */
  private static final int MAX_MESSAGE_BYTES = 80 << 20;

  /** A document with many violations: their texts travel as metadata. */
  private static final int MAX_METADATA_BYTES = 64 << 10;

  /** A server's gRPC port where the address names none. */
  private static final int DEFAULT_PORT = 8980;

  private static final int MAX_PORT = 65_535;

  private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9.-]+");

  static Session open(String server, boolean tls, @Nullable Path authorities, Duration timeout) {
    ChannelCredentials credentials = credentials(tls, authorities);
    try {
      String address = address(server);
      ManagedChannel channel =
          Grpc.newChannelBuilder(address, credentials)
              .maxInboundMessageSize(MAX_MESSAGE_BYTES)
              .maxInboundMetadataSize(MAX_METADATA_BYTES)
              .build();
      return new Session(address, channel, timeout);
    } catch (IllegalArgumentException malformed) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--server: "
              + server
              + " (expected: HOST or HOST:PORT, a port of 1 to "
              + MAX_PORT
              + ")");
    }
  }

  /** {@code HOST:PORT} of what was typed; IllegalArgumentException where it names no server. */
  private static String address(String server) {
    HostAndPort address = HostAndPort.fromString(server).withDefaultPort(DEFAULT_PORT);
    String host = address.getHost();
    int port = address.getPort();
    boolean named = HOST_NAME.matcher(host).matches() || InetAddresses.isInetAddress(host);
    if (!named || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(server);
    }
    return address.toString();
  }

  FeatureServiceBlockingStub features() {
    return FeatureServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  DecisionServiceBlockingStub decisions() {
    return DecisionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  AnalysisServiceBlockingStub analysis() {
    return AnalysisServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** For calls that last; the timeout is not theirs. */
  RolloutServiceBlockingV2Stub watches() {
    return RolloutServiceGrpc.newBlockingV2Stub(channel);
  }

  /** For calls that last; the timeout is not theirs. */
  AnalysisServiceBlockingV2Stub exports() {
    return AnalysisServiceGrpc.newBlockingV2Stub(channel);
  }

  /** Everything that is wrong with documents beside those of a namespace, with its place. */
  List<FileError> violations(String namespace, ParsedDocuments parsed) {
    return violations(namespace, parsed, parsed.toDocuments());
  }

  /** The same of some of them. */
  List<FileError> violations(String namespace, ParsedDocuments parsed, List<Document> documents) {
    ValidateDocumentsResponse answer =
        features()
            .validateDocuments(
                ValidateDocumentsRequest.newBuilder()
                    .setNamespace(namespace)
                    .addAllDocuments(documents)
                    .build());
    return parsed.locate(
        answer.getViolationsList().stream()
            .map(
                violation ->
                    new FieldViolation(
                        DocumentNames.of(violation.getRef().getKind(), violation.getRef().getKey()),
                        violation.getField(),
                        violation.getDescription()))
            .toList());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static ChannelCredentials credentials(boolean tls, @Nullable Path authorities) {
    if (!tls) {
      return InsecureChannelCredentials.create();
    }
    if (authorities == null) {
      return TlsChannelCredentials.create();
    }
    try {
      return TlsChannelCredentials.newBuilder().trustManager(authorities.toFile()).build();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE, "--ca: " + authorities + " (expected: a PEM file that can be read)");
    }
  }
}
