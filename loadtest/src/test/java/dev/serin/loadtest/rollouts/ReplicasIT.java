package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two packaged servers on one PostgreSQL. One moves the runs; it is stopped where it stands for
 * longer than its lease, and goes on without knowing. Whatever one does, the other serves.
 */
class ReplicasIT {
  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
  }

  /** Where each replica stops by itself, with its first move in hand. */
  private static final List<String> FREEZE_AT = List.of("DECIDED:1", "WITHIN:1");

  /** With those that come from outside. */
  private static final int FREEZES = FREEZE_AT.size() + 1;

  /** Of a replica that is waited for: it is not yet given up for silent. */
  private static final Duration SHORT_FREEZE = Duration.ofSeconds(4);

  private static final Duration SILENCE = Duration.ofSeconds(8);

  /** Between a start and a freeze: about when what is worse is found. */
  private static final Duration UNTIL_DECIDED = Duration.ofMillis(1_500);

  /** So that a run of three stages lasts through more than one freeze. */
  private static final Duration STAGE = Duration.ofSeconds(5);

  private static final Duration HOUR = Duration.ofHours(1);

  /** Of half of the moves, on a machine that carries them. */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  /** Of each, on a machine that is busy. */
  private static final Duration LOOSELY = Duration.ofSeconds(5);

  private static final int MOVED_RUNS = 10;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final int CALLS_PER_SECOND = 60;
  private static final int VISITORS = 50;

  /** So that a look is over soon. */
  private static final int FEW_VISITORS = 10;

  @TempDir Path directory;
  private EmbeddedPostgres postgres;
  private List<Replica> replicas;

  @BeforeEach
  void open() throws Exception {
    postgres = EmbeddedPostgres.start();
    replicas = new ArrayList<>();
  }

  /**
   * Starts one replica after the other: the first one makes the tables.
   *
   * @param freezeAt where they stop by themselves; empty: nowhere
   */
  private void start(List<String> freezeAt) throws Exception {
    for (int i = 0; i < 2; i++) {
      Optional<String> own = freezeAt.isEmpty() ? Optional.empty() : Optional.of(freezeAt.get(i));
      replicas.add(new Replica(directory.resolve("replica-" + i), postgres.getPort(), own));
      replicas.getLast().rollouts.awaitServer();
    }
  }

  @AfterEach
  void close() throws IOException {
    replicas.forEach(Replica::close);
    postgres.close();
  }

  /**
   * The first holder stops with a move in hand of which nothing is written; the other one, as soon
   * as it has the lease, within the transaction of its own first move, while the first goes on;
   * then the holder is stopped from outside.
   */
  @Test
  void holder_stoppedAcrossItsLease_neverActsBesideTheNext() throws Exception {
    start(FREEZE_AT);
    List<Long> inHand = new ArrayList<>();
    List<WatchedRun> good = new ArrayList<>();
    List<WatchedRun> bad = new ArrayList<>();
    for (int i = 0; i < FREEZES; i++) {
      good.add(TestedRollouts.good("good-" + i));
      bad.add(TestedRollouts.bad("bad-" + i));
    }
    List<WatchedRun> all = Stream.concat(good.stream(), bad.stream()).toList();
    replicas.getFirst().rollouts.create(all, STAGE, Optional.empty());
    try (var _ = replicas.getFirst().calls(all, CALLS_PER_SECOND);
        var _ = replicas.getLast().calls(all, CALLS_PER_SECOND)) {
      for (int i = 0; i < FREEZES; i++) {
        Replica holder = holder();
        long lease = lease().number();
        if (i == 0) {
          // Both stop at what these lead to.
          Await.until("both to begin", () -> haveBegun(other(holder), both(0, good, bad)));
        }
        if (i < FREEZE_AT.size()) {
          inHand.add(lease);
        } else {
          // Some that go on at the side of those that began before, or are to be taken back now.
          Await.until("others to begin", () -> haveBegun(holder, both(1, good, bad)));
          Await.until("others to begin", () -> haveBegun(holder, both(2, good, bad)));
          Await.pass(UNTIL_DECIDED);
          holder.freeze();
        }
        try {
          Await.until(
              "the other to take over",
              () -> {
                // It may have been given up in the freeze before.
                other(holder).keepAlive();
                return lease().number() > lease && !holder.isNamed(lease().name());
              });
        } finally {
          holder.thaw();
        }
        Await.until("the former holder to see it", () -> holder.knowsThatItLost(lease));
        holder.keepAlive();
      }
      Await.until(
          "runs to end",
          () -> {
            for (Replica replica : replicas) {
              replica.keepAlive();
            }
            return replicas.getFirst().rollouts.areOver(all);
          });
    }

    List<RunLog> logs = new ArrayList<>();
    for (WatchedRun run : good) {
      logs.add(logOf(run));
      logs.getLast().assertCompleted(STAGE);
    }
    for (WatchedRun run : bad) {
      logs.add(logOf(run));
      logs.getLast().assertRolledBack();
    }
    logs.forEach(RunLog::assertWhole);
    RunLog.assertFenced(logs);
    try (Connection store = store()) {
      RunLog.assertServed(logs, ServedRow.all(store));
    }
    for (Replica replica : replicas) {
      RunLog.assertKept(logs, List.of(), replica.rollouts.seen());
    }
    assertThat(logs.stream().flatMap(log -> log.leases().stream()))
        .as("leases under which runs were moved")
        .isNotEmpty()
        .doesNotContainAnyElementsOf(inHand);
  }

  private static List<WatchedRun> both(int i, List<WatchedRun> good, List<WatchedRun> bad) {
    return List.of(good.get(i), bad.get(i));
  }

  private static boolean haveBegun(Replica replica, List<WatchedRun> runs) throws Exception {
    replica.rollouts.start(runs);
    return runs.stream().allMatch(WatchedRun::hasBegun);
  }

  /** The log of a run as one replica tells it; the other one tells the same. */
  private RunLog logOf(WatchedRun run) throws Exception {
    RunLog log = RunLog.of(replicas.getFirst().rollouts, run.key());
    assertThat(replicas.getLast().rollouts.log(run.key())).isEqualTo(log.entries());
    return log;
  }

  @Test
  void command_onOneReplica_isServedByBothAndRolledBackOnlyWhenItIs() throws Exception {
    start(List.of());
    WatchedRun run = TestedRollouts.good("checkout");
    replicas.getFirst().rollouts.create(List.of(run), HOUR, Optional.empty());
    Replica holder = holder();
    Replica other = other(holder);
    Await.until("the start", () -> haveBegun(other, List.of(run)));

    other.rollouts.command(run.key(), RolloutCommand.ROLLOUT_COMMAND_PROMOTE);
    assertServedSoon(holder, run, VISITORS);
    assertServedSoon(other, run, VISITORS);

    other.freeze();
    long frozen = System.nanoTime();
    try {
      holder.rollouts.command(run.key(), RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK);
      assertServedSoon(holder, run, 0);
      while (since(frozen).compareTo(SHORT_FREEZE) < 0) {
        RolloutState state = holder.rollouts.run(run.key()).getState();
        // Where this machine stood still for so long, the other one may have been given up.
        if (since(frozen).compareTo(SILENCE) < 0) {
          assertThat(state).isEqualTo(RolloutState.ROLLOUT_STATE_ROLLING_BACK);
        }
        Await.pass(LOOK_AGAIN);
      }
    } finally {
      other.thaw();
    }
    Await.until(
        "rolled back",
        () -> {
          other.keepAlive();
          return holder.rollouts.run(run.key()).getState()
              == RolloutState.ROLLOUT_STATE_ROLLED_BACK;
        });
    // From the first moment at which it says so.
    assertThat(other.rollouts.treated(run.key(), VISITORS)).isZero();
    assertThat(holder.rollouts.treated(run.key(), VISITORS)).isZero();

    RunLog log = logOf(run);
    log.assertWhole();
    RunLog.assertFenced(List.of(log));
    try (Connection store = store()) {
      RunLog.assertServed(List.of(log), ServedRow.all(store));
    }
  }

  @Test
  void command_onOneReplica_isServedByTheOtherWithinASecond() throws Exception {
    start(List.of());
    List<WatchedRun> runs =
        IntStream.range(0, MOVED_RUNS).mapToObj(i -> TestedRollouts.good("feature-" + i)).toList();
    replicas.getFirst().rollouts.create(runs, HOUR, Optional.empty());
    Await.until("the starts", () -> haveBegun(replicas.getFirst(), runs));

    ServedTimes times = new ServedTimes();
    for (int i = 0; i < MOVED_RUNS; i++) {
      String key = runs.get(i).key();
      Replica one = replicas.get(i % 2);
      Replica other = other(one);
      times.add(
          () -> one.rollouts.command(key, RolloutCommand.ROLLOUT_COMMAND_PROMOTE),
          () -> other.rollouts.treated(key, FEW_VISITORS) == FEW_VISITORS);
      // So that nobody is treated there because it is taken back, not because it has not begun.
      Await.until("its own", () -> one.rollouts.treated(key, FEW_VISITORS) == FEW_VISITORS);
      times.add(
          () -> other.rollouts.command(key, RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK),
          () -> one.rollouts.treated(key, FEW_VISITORS) == 0);
    }

    System.err.println("by the other of two replicas, " + times);
    assertThat(times.times()).as("%s", times).allMatch(time -> time.compareTo(LOOSELY) < 0);
    if (times.isCarried()) {
      assertThat(times.within(0.5)).as("%s", times).isLessThan(PROMISED);
    }
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  private static void assertServedSoon(Replica replica, WatchedRun run, long treated)
      throws Exception {
    long begin = System.nanoTime();
    Await.until(
        treated + " treated", () -> replica.rollouts.treated(run.key(), VISITORS) == treated);
    assertThat(since(begin)).as("until it is served").isLessThan(LOOSELY);
  }

  /** The replica that holds the lease, as soon as one does. */
  private Replica holder() throws Exception {
    Await.until(
        "a holder of the lease",
        () -> {
          String name = lease().name();
          return replicas.stream().anyMatch(replica -> replica.isNamed(name));
        });
    String name = lease().name();
    return replicas.stream().filter(replica -> replica.isNamed(name)).findFirst().orElseThrow();
  }

  private Replica other(Replica one) {
    return replicas.stream().filter(replica -> replica != one).findFirst().orElseThrow();
  }

  /** Who acts for all runs, as the store has it. */
  private record Lease(long number, String name) {}

  private Lease lease() throws SQLException {
    try (Connection store = store();
        var statement = store.createStatement();
        var rows = statement.executeQuery("SELECT number, name FROM rollout_lease WHERE id = 1")) {
      assertThat(rows.next()).isTrue();
      return new Lease(rows.getLong(1), rows.getString(2));
    }
  }

  private Connection store() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres", "postgres", "postgres");
  }
}
