package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.outcome.OutcomeReporter;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged server dies as by kill -9, again and again, while it moves runs under traffic, and
 * is started again on what it left. Each time it ends by itself at a point between two steps of its
 * controller, or is killed at a moment that a seed draws.
 */
class CrashIT {
  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
  }

  private static final int SEED = 20_261_122;

  /** Of all runs together. */
  private static final int CALLS_PER_SECOND = 600;

  private static final int VISITORS = 50;

  /** The code with which a server ends at a point. */
  private static final int HALTED = 137;

  /** Deaths between moves, at each point; at the points of moves each move has its own. */
  private static final int DEATHS_BETWEEN = 1;

  /** Ticks, or looks at a run, that a process lives to see before it dies between moves. */
  private static final int PASSES_MIN = 5;

  private static final int PASSES_MAX = 25;

  /** Kills at random moments, at most; and how long a process lives, its start included. */
  private static final int KILLS_MAX = 8;

  private static final int LIFE_MIN_MILLIS = 800;
  private static final int LIFE_MAX_MILLIS = 3_600;

  /** So that runs of three stages outlive more kills than these, whatever moments are drawn. */
  private static final int KILLS_MIN = 3;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration LONG_STAGE = Duration.ofSeconds(4);
  private static final Duration SHORT_STAGE = Duration.ofSeconds(1);

  @TempDir Path directory;
  private MortalServer server;
  private NotificationLog notifications;
  private ManagedChannel channel;
  private OutcomeReporter reporter;
  private TestedRollouts rollouts;
  private int deaths;

  @BeforeEach
  void open() throws IOException {
    server = new MortalServer(directory, List.of("--rollout-tick", "100ms"));
    notifications = new NotificationLog();
    channel = server.channel();
    reporter = OutcomeReporter.builder("callers").target(server.target()).plaintext().build();
    rollouts = new TestedRollouts(channel);
  }

  @AfterEach
  void close() {
    server.close();
    reporter.close(Duration.ZERO);
    channel.shutdownNow();
    notifications.close();
  }

  /** At each move of both runs, with nothing of it written. */
  @ParameterizedTest
  @ValueSource(strings = {"DECIDED", "WITHIN"})
  void death_beforeAMoveIsWritten_losesNothing(String point) throws Exception {
    // Each life but the first writes the move that the one before it died at, and dies at the next.
    List<RunLog> logs = liveAndDie(death -> point + (death == 0 ? ":1" : ":2"));

    assertThat(deaths).isEqualTo(acts(logs));
  }

  /** At each move of both runs, with all of it written. */
  @ParameterizedTest
  @ValueSource(strings = {"COMMITTED", "ACTED"})
  void death_afterAMoveIsWritten_repeatsNothing(String point) throws Exception {
    List<RunLog> logs = liveAndDie(death -> point + ":1");

    assertThat(deaths).isEqualTo(acts(logs));
  }

  /** Somewhere between moves. */
  @ParameterizedTest
  @ValueSource(strings = {"LEASED", "READ", "KEEPING"})
  void death_betweenMoves_changesNothing(String point) throws Exception {
    Random random = new Random(SEED);
    List<RunLog> logs =
        liveAndDie(
            death ->
                death < DEATHS_BETWEEN ? point + ":" + random.nextInt(PASSES_MIN, PASSES_MAX) : "");

    assertThat(deaths).isPositive();
    assertThat(logs).isNotEmpty();
  }

  /** Entries that controllers made of all runs. */
  private static int acts(List<RunLog> logs) {
    return logs.stream().mapToInt(RunLog::acts).sum();
  }

  /**
   * Has a good run and a bad one end on a server that ends at points.
   *
   * @param point where the server ends next, by how often it has ended before; empty: it lives
   */
  private List<RunLog> liveAndDie(IntFunction<String> point) throws Exception {
    List<WatchedRun> good = List.of(TestedRollouts.good("good"));
    List<WatchedRun> bad = List.of(TestedRollouts.bad("bad"));
    List<WatchedRun> all = List.of(good.getFirst(), bad.getFirst());
    create(all, SHORT_STAGE);
    try (var _ = callers(all)) {
      server.start(point.apply(deaths));
      Await.until(
          "runs to end",
          () -> {
            if (!server.isAlive()) {
              assertThat(server.exitCode()).as(server.said()).isEqualTo(HALTED);
              deaths++;
              server.start(point.apply(deaths));
            }
            return isAtTheEnd(all);
          });
    }
    return checked(good, bad);
  }

  @Test
  void server_killedAtRandomMoments_losesSkipsAndRepeatsNothing() throws Exception {
    List<WatchedRun> good = new ArrayList<>();
    List<WatchedRun> bad = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      good.add(TestedRollouts.good("good-" + i));
      bad.add(TestedRollouts.bad("bad-" + i));
    }
    List<WatchedRun> all = new ArrayList<>(good);
    all.addAll(bad);
    create(all, LONG_STAGE);
    try (var _ = callers(all)) {
      server.start();
      Random random = new Random(SEED);
      while (deaths < KILLS_MAX
          && !liveToTheEnd(random.nextInt(LIFE_MIN_MILLIS, LIFE_MAX_MILLIS), all)) {
        server.kill();
        deaths++;
        server.start();
      }
      Await.until("runs to end", () -> isAtTheEnd(all));
    }
    System.err.println("killed " + deaths + " times");

    assertThat(deaths).isGreaterThanOrEqualTo(KILLS_MIN);
    List<RunLog> logs = checked(good, bad);
    assertThat(logs).hasSize(all.size());
  }

  /** Lets the server live for so long, or until runs are over; whether they are. */
  private boolean liveToTheEnd(int millis, List<WatchedRun> runs) throws Exception {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    boolean over = isAtTheEnd(runs);
    while (!over && System.nanoTime() - end < 0) {
      Await.pass(LOOK_AGAIN);
      over = isAtTheEnd(runs);
    }
    return over;
  }

  /** Starts those that have not begun; whether all are over. */
  private boolean isAtTheEnd(List<WatchedRun> runs) throws Exception {
    rollouts.start(runs);
    return rollouts.areOver(runs);
  }

  private RolloutCallers callers(List<WatchedRun> runs) {
    return new RolloutCallers(
        channel,
        reporter::report,
        () -> TestedRollouts.mayCall(reporter),
        runs,
        (double) CALLS_PER_SECOND / runs.size());
  }

  /** Makes features and rollouts with a process that is then killed. */
  private void create(List<WatchedRun> runs, Duration dwell) throws Exception {
    server.start();
    rollouts.create(runs, dwell, Optional.of(notifications.url()));
    server.kill();
  }

  /** What runs have left that are over, held against what must be true of it. */
  private List<RunLog> checked(List<WatchedRun> good, List<WatchedRun> bad) throws Exception {
    // The last death: whatever memory knew and the store does not is gone.
    server.kill();
    server.start();
    List<RunLog> logs = new ArrayList<>();
    for (WatchedRun run : good) {
      RunLog log = RunLog.of(rollouts, run.key());
      log.assertWhole();
      log.assertCompleted();
      assertThat(rollouts.treated(run.key(), VISITORS)).as(run.key()).isEqualTo(VISITORS);
      logs.add(log);
    }
    for (WatchedRun run : bad) {
      RunLog log = RunLog.of(rollouts, run.key());
      log.assertWhole();
      log.assertRolledBack();
      assertThat(rollouts.treated(run.key(), VISITORS)).as(run.key()).isZero();
      logs.add(log);
    }
    RunLog.assertFenced(logs);
    for (RunLog log : logs) {
      Await.until("notifications of " + log.rollout(), () -> log.isTold(notifications));
    }
    server.kill();
    try (var store =
        DriverManager.getConnection("jdbc:sqlite:" + server.data().resolve("serin.db"))) {
      RunLog.assertServed(logs, ServedRow.all(store));
    }
    return logs;
  }
}
