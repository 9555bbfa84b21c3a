package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.serin.server.store.PostgresServer;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.Reason;
import dev.serin.v1.ReviveFeatureRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server and stores that it cannot use, may not name, or that have no room. */
class ServerStoreIT {
  private static final int REFUSED = 1;
  private static final int WRONG_USAGE = 2;
  private static final String SECRET = "hunter2-of-this-test";

  /** Room for the tables, what is kept free, and a few changes. */
  private static final int DISK_MIB = 10;

  private static final int LARGE_BYTES = 50_000;

  @TempDir Path directory;
  private final PostgresServer postgres = PostgresServer.shared();

  @AfterEach
  void bringBack() {
    postgres.start();
  }

  @Test
  void start_userWithoutAccess_isRefusedInOneLineWithoutThePassword() throws Exception {
    String url = postgres.freshDatabase().replaceAll("[?].*", "");
    try (PackagedServer server =
        PackagedServer.launch(
            directory, "--store=" + url, "--store-user=stranger", "--store-password=" + SECRET)) {
      assertThat(server.exitCode()).isEqualTo(REFUSED);
      assertThat(server.output()).isEmpty();
      assertThat(server.log())
          .startsWith("serin: store " + url + ": cannot be brought up to date: FATAL: ")
          .contains("\"stranger\"")
          .contains("(expected: a user and password the database accepts: --store-user")
          .doesNotContain(SECRET)
          .hasLineCount(1);
    }
  }

  @Test
  void start_databaseThatIsNot_isRefusedInOneLineWithoutThePassword() throws Exception {
    String url = postgres.jdbcUrl("nowhere") + "&sslpassword=" + SECRET;
    try (PackagedServer server = PackagedServer.launch(directory, "--store=" + url)) {
      assertThat(server.exitCode()).isEqualTo(REFUSED);
      assertThat(server.log())
          .contains("database \"nowhere\" does not exist (expected: a database that exists)")
          .doesNotContain(SECRET, "password=")
          .hasLineCount(1);
    }
  }

  @Test
  void start_urlWithCredentials_isRefusedWithoutThem() throws Exception {
    String url = "--store=jdbc:postgresql://me:" + SECRET + "@localhost:5432/serin";
    try (PackagedServer server = PackagedServer.launch(directory, url)) {
      assertThat(server.exitCode()).isEqualTo(WRONG_USAGE);
      assertThat(server.log())
          .isEqualTo(
              "serin: store: jdbc:postgresql://***@localhost:5432/serin (expected: --store-user and"
                  + " --store-password in place of credentials in the URL) [from --store]\n");
    }
  }

  @Test
  void start_dataDirectoryOfAnotherServer_isRefusedThoughTheStoreIsShared() throws Exception {
    String store = "--store=" + postgres.freshDatabase();
    try (PackagedServer first = PackagedServer.start(directory, store);
        PackagedServer second = PackagedServer.launch(directory, store);
        PackagedServer beside = PackagedServer.start(directory.resolve("beside"), store)) {
      assertThat(second.exitCode()).isEqualTo(REFUSED);
      assertThat(second.log())
          .startsWith("serin: data directory " + directory.resolve("data") + ": in use by process")
          .contains(" " + first.pid() + ", ")
          .endsWith("(expected: one server for each directory: --data-dir)\n")
          .hasLineCount(1);
      assertThat(first.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(beside.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void log_ofEverythingThroughAnOutage_neverHoldsThePassword() throws Exception {
    String url = postgres.freshDatabase() + "&sslpassword=" + SECRET;
    try (PackagedServer server =
        PackagedServer.start(directory, "--store=" + url, "--log-level=trace")) {
      apply(server, "checkout", 1);
      postgres.stop();
      Await.until(
          "the outage", () -> server.get("/metrics").body().contains("\nserin_store_up 0.0\n"));
      postgres.start();
      Await.until(
          "its end", () -> server.get("/metrics").body().contains("\nserin_store_up 1.0\n"));
      server.signal("TERM");

      assertThat(server.exitCode()).isZero();
      assertThat(server.log())
          .contains("the store cannot be read", "the store is read again")
          .doesNotContain(SECRET);
    }
  }

  @Test
  void apply_diskFull_isRefusedAndWhatWasThereIsServed() throws Exception {
    assumeTrue(SmallDisk.canMount(directory), "needs the right to mount (root on Linux)");
    try (SmallDisk disk = SmallDisk.mount(DISK_MIB, directory.resolve("data"));
        PackagedServer server = PackagedServer.startOn(disk, directory)) {
      apply(server, "checkout", 1);
      EvaluateResponse before = evaluate(server);

      GrpcError full =
          GrpcError.of(
              () -> {
                for (int i = 0; i < 200; i++) {
                  apply(server, "large-" + i, LARGE_BYTES);
                }
              });

      assertThat(full.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(full.reason()).isEqualTo("STORE_FULL");
      assertThat(full.text())
          .isEqualTo("store: no space left (expected: room for the change); nothing was changed");
      assertThat(evaluate(server)).isEqualTo(before);
      assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void kill_afterLargeAppliesOnAFullDisk_stillWorks() throws Exception {
    assumeTrue(SmallDisk.canMount(directory), "needs the right to mount (root on Linux)");
    try (SmallDisk disk = SmallDisk.mount(DISK_MIB, directory.resolve("data"));
        PackagedServer server = PackagedServer.startOn(disk, directory)) {
      apply(server, "checkout", 1);
      for (int i = 0; i < 3; i++) {
        assertThat(GrpcError.of(() -> applyLarge(server)).reason()).isEqualTo("STORE_FULL");
        killAndRevive(server);
      }

      // Somebody else takes the rest, and the log is empty: now there is the reserve alone.
      Path data = disk.root();
      disk.fill();
      assertThat(GrpcError.of(() -> apply(server, "small", 1)).reason()).isEqualTo("STORE_FULL");
      assertThat(GrpcError.of(() -> applyLarge(server)).reason()).isEqualTo("STORE_FULL");
      assertThat(server.log()).doesNotContain("committed after all");
      Await.until("an empty log", () -> Files.size(data.resolve("serin.db-wal")) == 0);
      disk.fill();
      assertThat(data.resolve("serin.db.reserve")).exists();
      for (int i = 0; i < 5; i++) {
        killAndRevive(server);
      }
      assertThat(data.resolve("serin.db.reserve")).doesNotExist();

      disk.makeRoom();
      Await.until("a new reserve", () -> Files.exists(data.resolve("serin.db.reserve")));
      Await.until("room for changes", () -> isApplied(server));
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void start_diskFullWhileItWasStopped_costsTheReserveAndServes() throws Exception {
    assumeTrue(SmallDisk.canMount(directory), "needs the right to mount (root on Linux)");
    try (SmallDisk disk = SmallDisk.mount(DISK_MIB, directory.resolve("data"))) {
      Path reserve = disk.root().resolve("serin.db.reserve");
      try (PackagedServer server = PackagedServer.startOn(disk, directory)) {
        apply(server, "checkout", 1);
        server.signal("TERM");
        assertThat(server.exitCode()).isZero();
      }
      assertThat(reserve).exists();
      disk.fill();

      try (PackagedServer server = PackagedServer.startOn(disk, directory)) {
        assertThat(reserve).doesNotExist();
        killAndRevive(server);
        server.signal("TERM");
        assertThat(server.exitCode()).isZero();
      }
      disk.fill();

      try (PackagedServer server = PackagedServer.launchOn(disk, directory)) {
        assertThat(server.exitCode()).isEqualTo(REFUSED);
        assertThat(server.log())
            .contains("serin.db: no room: [SQLITE_")
            .endsWith("(expected: room on the disk)\n");
      }
    }
  }

  private static void killAndRevive(PackagedServer server) throws Exception {
    server.features().killFeature(KillFeatureRequest.newBuilder().setKey("checkout").build());
    Await.until("killed", () -> evaluate(server).getReason() == Reason.REASON_KILLED);
    server.features().reviveFeature(ReviveFeatureRequest.newBuilder().setKey("checkout").build());
    Await.until("revived", () -> evaluate(server).getReason() == Reason.REASON_DEFAULT);
  }

  private static boolean isApplied(PackagedServer server) throws Exception {
    try {
      apply(server, "small", 1);
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static void applyLarge(PackagedServer server) throws Exception {
    var request = ApplyDocumentsRequest.newBuilder();
    for (int i = 0; i < 300; i++) {
      request.addDocuments(document("large-" + i, LARGE_BYTES));
    }
    server.features().applyDocuments(request.build());
  }

  private static EvaluateResponse evaluate(PackagedServer server) throws Exception {
    var decisions = server.decisions();
    var request = EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("u").build();
    Await.until(
        "checkout served",
        () -> {
          try {
            return decisions.evaluate(request).getFeatureRevision() > 0;
          } catch (StatusRuntimeException e) {
            return false;
          }
        });
    return decisions.evaluate(request);
  }

  private static void apply(PackagedServer server, String key, int valueLength) throws Exception {
    server
        .features()
        .applyDocuments(
            ApplyDocumentsRequest.newBuilder().addDocuments(document(key, valueLength)).build());
  }

  private static ApplyDocument document(String key, int valueLength) throws IOException {
    return ApplyDocument.newBuilder()
        .setDocument(
            RunningServer.document(
                """
                { "feature": { "key": "%s", "defaultVariant": "only",
                    "variants": [ { "key": "only", "value": "%s" } ] } }
                """
                    .formatted(key, "x".repeat(valueLength))))
        .build();
  }
}
