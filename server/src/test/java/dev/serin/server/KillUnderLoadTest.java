package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.serin.server.store.PostgresServer;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.ReviveFeatureRequest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** protocols.md 1: the kill switch always works, whatever the other changes wait for. */
class KillUnderLoadTest {
  private static final String CHECKOUT =
      """
      { "feature": { "key": "checkout", "defaultVariant": "on",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
          "offVariant": "off" } }
      """;

  /** So many that the store does not give up on all of them while a machine stalls. */
  private static final int APPLIES = 12;

  @TempDir Path directory;

  @Test
  void kill_allWorkersHeldByApplies_isAnsweredBeforeThem() throws Exception {
    String store = PostgresServer.shared().freshDatabase();
    try (RunningServer server =
            RunningServer.start(directory, "--store=" + store, "--worker-threads=2");
        Connection holder = DriverManager.getConnection(store)) {
      server.apply(CHECKOUT);
      server
          .features()
          .createNamespace(CreateNamespaceRequest.newBuilder().setName("busy").build());
      holder.setAutoCommit(false);
      try (var lock = holder.createStatement()) {
        // No document can be written, of whatever namespace, and all can be read.
        lock.execute("LOCK TABLE document_version IN SHARE MODE");
      }
      List<ListenableFuture<ApplyDocumentsResponse>> applies = new ArrayList<>();
      for (int i = 0; i < APPLIES; i++) {
        applies.add(apply(server));
      }
      Await.until("busy workers", () -> gauge(server, "active") == 2);
      // The store gives up on those that it holds up, two at a time, after some seconds.
      Await.until("waiting applies", () -> gauge(server, "queued") >= APPLIES / 2.0);

      long killed =
          server
              .features()
              .killFeature(KillFeatureRequest.newBuilder().setKey("checkout").build())
              .getRevision();
      long revived =
          server
              .features()
              .reviveFeature(ReviveFeatureRequest.newBuilder().setKey("checkout").build())
              .getRevision();

      assertThat(revived).isEqualTo(killed + 1);
      // In the others' line all but one had ended.
      assertThat(applies.stream().filter(Future::isDone)).hasSizeLessThan(APPLIES - 2);
      holder.rollback();
      assertThat(applies.getLast().get(60, TimeUnit.SECONDS).getRevision()).isPositive();
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  private static ListenableFuture<ApplyDocumentsResponse> apply(RunningServer server)
      throws Exception {
    return FeatureServiceGrpc.newFutureStub(server.channel())
        .applyDocuments(
            ApplyDocumentsRequest.newBuilder()
                .setNamespace("busy")
                .addDocuments(
                    ApplyDocument.newBuilder().setDocument(RunningServer.document(CHECKOUT)))
                .build());
  }

  private static double gauge(RunningServer server, String name) throws Exception {
    String series = "\nserin_workers_" + name + "{pool=\"calls\"} ";
    String metrics = server.get("/metrics").body();
    int begin = metrics.indexOf(series) + series.length();
    return Double.parseDouble(metrics.substring(begin, metrics.indexOf('\n', begin)));
  }
}
