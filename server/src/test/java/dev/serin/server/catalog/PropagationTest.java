package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Snapshot;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** protocols.md 6: changes reach other replicas by notification, and by polling without it. */
class PropagationTest {
  private static final Duration NO_POLLING = Duration.ofDays(1);

  private final PostgresServer server = PostgresServer.shared();
  @TempDir Path directory;

  private Refreshing replica(StoreConfig config, String name, Duration poll) {
    return new Refreshing(config, directory.resolve(name), poll, (snapshot, previous) -> snapshot);
  }

  @Test
  void change_onOneReplica_reachesTheOtherByNotificationAlone() {
    StoreConfig config = TestStore.POSTGRESQL.fresh(directory);
    try (Refreshing one = replica(config, "one", NO_POLLING).awaitReady();
        Refreshing two = replica(config, "two", NO_POLLING).awaitReady()) {
      awaitListening(one, 2);

      two.awaitRevision("default", one.test.put(feature("checkout")).revision());
      one.awaitRevision(
          "default", two.test.catalog.kill("default", "checkout", TestCatalog.NOTE).revision());

      Snapshot served = one.served("default");
      assertThat(served.source()).isEqualTo(two.test.catalog.states().current("default").source());
    }
  }

  @Test
  void change_whileNotificationsAreCutOff_reachesTheOtherByPolling() {
    StoreConfig config = TestStore.POSTGRESQL.fresh(directory);
    try (Refreshing one = replica(config, "one", SnapshotRefresher.POLL_INTERVAL).awaitReady();
        Refreshing two = replica(config, "two", SnapshotRefresher.POLL_INTERVAL).awaitReady()) {
      awaitListening(one, 2);
      cutNotifications(one);
      two.awaitRevision("default", one.test.put(feature("checkout")).revision());
      assertThat(two.features()).containsExactly("checkout");

      // And they are heard again afterwards.
      awaitListening(one, 2);
      two.awaitRevision("default", one.test.put(feature("search")).revision());
    }
  }

  @Test
  void change_afterNotificationsCameBack_reachesTheOtherWithoutPolling() {
    StoreConfig config = TestStore.POSTGRESQL.fresh(directory);
    try (Refreshing one = replica(config, "one", NO_POLLING).awaitReady();
        Refreshing two = replica(config, "two", NO_POLLING).awaitReady()) {
      awaitListening(one, 2);
      cutNotifications(one);
      // Whatever was missed meanwhile is read once they are heard again.
      two.awaitRevision("default", one.test.put(feature("checkout")).revision());
      awaitListening(one, 2);

      two.awaitRevision("default", one.test.put(feature("search")).revision());

      assertThat(two.features()).containsExactly("checkout", "search");
    }
  }

  /** protocols.md 7: new traffic, and its end, reach the other replica by notification alone. */
  @Test
  void moveOfARun_onOneReplica_isServedByTheOtherAndAcknowledged() {
    StoreConfig config = TestStore.POSTGRESQL.fresh(directory);
    try (Refreshing one = replica(config, "one", NO_POLLING).live().awaitReady();
        Refreshing two = replica(config, "two", NO_POLLING).live().awaitReady()) {
      awaitListening(one, 2);
      one.test.put(feature("checkout"));

      two.awaitRevision("default", one.test.serve(Samples.run("checkout", "run-1")));

      assertThat(runs(two)).containsExactly("run-1 RUNNING");
      long back =
          two.test.serve(Samples.run("checkout", "run-1", ServedRun.Serving.ROLLED_BACK, true));
      one.awaitRevision("default", back);
      assertThat(runs(one)).containsExactly("run-1 ROLLED_BACK");
      // Said after it is served, so that a later look finds it.
      long deadline = System.nanoTime() + Refreshing.LIMIT.toNanos();
      while (!one.revisions.awaited("default", back, Optional.empty()).isEmpty()) {
        assertThat(System.nanoTime()).as("acknowledged").isLessThan(deadline);
        Thread.onSpinWait();
      }
    }
  }

  private static List<String> runs(Refreshing replica) {
    CompiledFeature checkout = requireNonNull(replica.served("default").feature("checkout"));
    return checkout.source().runs().stream().map(run -> run.runId() + " " + run.phase()).toList();
  }

  /** Ends every connection that listens, as an administrator would. */
  private static void cutNotifications(Refreshing replica) {
    replica.test.database.execute(
        Priority.CATALOG,
        handle ->
            handle
                .createQuery("SELECT pg_terminate_backend(pid) FROM pg_stat_activity " + LISTENING)
                .mapTo(Boolean.class)
                .list());
  }

  private static final String LISTENING =
      """
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')
      """;

  private void awaitListening(Refreshing replica, int count) {
    long deadline = System.nanoTime() + Refreshing.LIMIT.toNanos();
    while (listening(replica) < count) {
      assertThat(System.nanoTime()).as("%s listens", server).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static int listening(Refreshing replica) {
    return replica.test.database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT count(*) FROM pg_stat_activity " + LISTENING + " AND state = 'idle'")
                .mapTo(Integer.class)
                .one());
  }
}
