package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.StoredDocument;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * FeatureService on a port of loopback, over a catalog on SQLite, with a client whose errors must
 * all be listed ones: {@link #close} fails the test otherwise.
 */
final class FeatureServer implements AutoCloseable {
  /** Above the service's own limit, so that it answers itself when a request is a bit too large. */
  static final int MAX_MESSAGE_BYTES = FeatureServiceAdapter.MAX_REQUEST_BYTES + (64 << 10);

  final Catalog catalog;
  final FeatureServiceGrpc.FeatureServiceBlockingStub stub;
  final Database database;
  final ServedRevisions revisions;
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final Server server;
  private final ManagedChannel channel;

  FeatureServer(Path directory) throws IOException {
    database =
        Database.open(
            new StoreConfig.Sqlite(directory.resolve("serin.db")), TransactionObserver.NONE);
    Instant now = Instant.parse("2026-01-31T12:00:00Z");
    catalog = new Catalog(database, PlanReader::violations, () -> now, new Random(1));
    revisions = new ServedRevisions(database, 1);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .executor(executor)
            .addService(ErrorInterceptor.guard(new FeatureServiceAdapter(catalog, revisions)))
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .build();
    stub = FeatureServiceGrpc.newBlockingStub(channel).withInterceptors(listed);
  }

  /** What a failed call says, in the order of its details. */
  record Failure(String code, String reason, String message, List<String> violations) {}

  /** The failure of a call that must fail. */
  static Failure failure(ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).as("the call must fail").isNotNull();
    String reason = "";
    List<String> violations = new ArrayList<>();
    try {
      for (Any detail :
          Objects.requireNonNull(StatusProto.fromThrowable(thrown)).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          reason = detail.unpack(ErrorInfo.class).getReason();
        } else if (detail.is(BadRequest.class)) {
          detail
              .unpack(BadRequest.class)
              .getFieldViolationsList()
              .forEach(
                  violation ->
                      violations.add(violation.getField() + ": " + violation.getDescription()));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
    return new Failure(
        thrown.getStatus().getCode().name(),
        reason,
        String.valueOf(thrown.getStatus().getDescription()),
        violations);
  }

  /** Applies documents written as YAML to the default namespace. */
  ApplyDocumentsResponse apply(String yaml) {
    return stub.applyDocuments(request(yaml).build());
  }

  static ApplyDocumentsRequest.Builder request(String yaml) {
    ApplyDocumentsRequest.Builder request = ApplyDocumentsRequest.newBuilder();
    for (Document document : documents(yaml)) {
      request.addDocuments(ApplyDocument.newBuilder().setDocument(document));
    }
    return request;
  }

  static List<Document> documents(String yaml) {
    ParsedDocuments parsed =
        DocumentFiles.parse("test.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.errors()).isEmpty();
    return parsed.toDocuments();
  }

  StoredDocument feature(String key) {
    return stub.getDocument(
            GetDocumentRequest.newBuilder()
                .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                .setKey(key)
                .build())
        .getDocument();
  }

  /** The documents of a namespace, as {@code feature/checkout}. */
  List<String> list(String namespace) {
    return stub
        .listDocuments(ListDocumentsRequest.newBuilder().setNamespace(namespace).build())
        .getDocumentsList()
        .stream()
        .map(stored -> DocumentNames.of(stored.getDocument()))
        .toList();
  }

  /** Changes as {@code UPDATED feature/checkout description,owner}. */
  static List<String> shown(List<DocumentChange> changes) {
    return changes.stream().map(FeatureServer::shown).toList();
  }

  static String shown(DocumentChange change) {
    List<String> paths = change.getFieldsList().stream().map(field -> field.getPath()).toList();
    return (change.getKind().name().substring("CHANGE_KIND_".length())
            + " "
            + DocumentNames.of(change.getRef().getKind(), change.getRef().getKey())
            + " "
            + String.join(",", paths))
        .strip();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    executor.shutdownNow();
    database.close();
    assertThat(listed.unlisted()).isEmpty();
  }
}
