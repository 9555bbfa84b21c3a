package dev.serin.client;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Builds {@link SerinClient}s. Every setting is checked where it is set, with an {@code
 * IllegalArgumentException} that says what was expected. Not safe for many threads.
 */
public final class SerinClientBuilder {
  /** A caller of a page waits no longer for a decision. */
  private static final Duration DEFAULT_DEADLINE = Duration.ofMillis(500);

  /** Longer than anybody waits for a decision; more is a mistake in the unit. */
  private static final Duration MAX_DEADLINE = Duration.ofMinutes(1);

  /** gRPC takes no shorter one from clients. */
  private static final Duration MIN_KEEP_ALIVE = Duration.ofSeconds(10);

  /** Twice the default deadline and more: whatever is under way ends by itself. */
  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(2);

  /** A page of EvaluateAll: 1 000 features with values of 64 KiB, and what surrounds them. */
  private static final int MAX_MESSAGE_BYTES = 80 << 20;

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  private final String target;
  private String namespace = "default";
  private Duration deadline = DEFAULT_DEADLINE;
  private Duration keepAlive = MIN_KEEP_ALIVE;
  private Duration keepAliveTimeout = Duration.ofSeconds(3);
  private Duration drain = DEFAULT_DRAIN;
  private Function<String, ManagedChannelBuilder<?>> transport =
      netty(TlsChannelCredentials.create());
  private Consumer<ManagedChannelBuilder<?>> customisation = channel -> {};

  SerinClientBuilder(String target) {
    if (requireNonNull(target, "target").isBlank()) {
      throw new IllegalArgumentException("target: blank (expected: host:port)");
    }
    this.target = target;
  }

  /** The namespace; {@code default} by default. */
  public SerinClientBuilder namespace(String namespace) {
    if (!NAMESPACE.matcher(requireNonNull(namespace, "namespace")).matches()) {
      throw new IllegalArgumentException(
          "namespace: " + namespace + " (expected: [a-z0-9][a-z0-9-]*, at most 64 characters)");
    }
    this.namespace = namespace;
    return this;
  }

  /** Without TLS: for servers on loopback and behind a mesh. */
  public SerinClientBuilder plaintext() {
    return credentials(InsecureChannelCredentials.create());
  }

  /** With TLS and the authorities this JVM trusts: the default. */
  public SerinClientBuilder tls() {
    return credentials(TlsChannelCredentials.create());
  }

  /** With TLS and the authorities of a PEM file. */
  public SerinClientBuilder tls(Path authorities) {
    try {
      return credentials(
          TlsChannelCredentials.newBuilder().trustManager(authorities.toFile()).build());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          authorities + ": " + unreadable.getMessage() + " (expected: a PEM file)", unreadable);
    }
  }

  /** With credentials of gRPC's own: client certificates, tokens. */
  public SerinClientBuilder credentials(ChannelCredentials credentials) {
    return transport(netty(requireNonNull(credentials, "credentials")));
  }

  /** Over another transport of gRPC: given the target, a builder of channels. */
  public SerinClientBuilder transport(Function<String, ManagedChannelBuilder<?>> transport) {
    this.transport = requireNonNull(transport, "transport");
    return this;
  }

  /** Changes the channel's builder last: interceptors, load balancing, executors. */
  public SerinClientBuilder customise(Consumer<ManagedChannelBuilder<?>> customisation) {
    this.customisation = requireNonNull(customisation, "customisation");
    return this;
  }

  /** How long an evaluation may take, more than 0, at most 1 minute; 500 ms by default. */
  public SerinClientBuilder deadline(Duration deadline) {
    this.deadline = checkDeadline(deadline);
    return this;
  }

  /**
   * How a connection that went dead silently is found while calls are under way.
   *
   * @param idle probe after this time without a byte, at least 10 s (the default)
   * @param timeout give the connection up after this time without an answer; 3 s by default
   */
  public SerinClientBuilder keepAlive(Duration idle, Duration timeout) {
    if (idle.compareTo(MIN_KEEP_ALIVE) < 0) {
      throw new IllegalArgumentException("keepAlive idle: " + idle + " (expected: 10 s or more)");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "keepAlive timeout: " + timeout + " (expected: more than 0)");
    }
    this.keepAlive = idle;
    this.keepAliveTimeout = timeout;
    return this;
  }

  /** How long {@code close} waits for calls under way, 0 or more; 2 s by default. */
  public SerinClientBuilder drain(Duration drain) {
    if (drain.isNegative()) {
      throw new IllegalArgumentException("drain: " + drain + " (expected: 0 or more)");
    }
    this.drain = drain;
    return this;
  }

  /** A client that connects at once and waits for nothing: the server may come later. */
  public SerinClient build() {
    ManagedChannelBuilder<?> builder = transport.apply(target);
    builder
        .keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES);
    customisation.accept(builder);
    ManagedChannel channel = builder.build();
    Connection connection = new Connection(target, channel, drain, System::nanoTime);
    return new SerinClient(
        new RemoteEvaluator(namespace, connection),
        connection,
        new Question.Options(deadline, true));
  }

  /** All addresses of a name in turn: when a replica goes away the others answer. */
  private static Function<String, ManagedChannelBuilder<?>> netty(ChannelCredentials credentials) {
    return address ->
        Grpc.newChannelBuilder(address, credentials).defaultLoadBalancingPolicy("round_robin");
  }

  static Duration checkDeadline(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(MAX_DEADLINE) > 0) {
      throw new IllegalArgumentException(
          "deadline: " + deadline + " (expected: more than 0, at most " + MAX_DEADLINE + ")");
    }
    return deadline;
  }
}
