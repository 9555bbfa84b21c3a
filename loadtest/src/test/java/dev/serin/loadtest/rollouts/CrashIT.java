package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.loadtest.process.Installation;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutRun;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** Ticks that a process lives to see before it dies at the end of one. */
  private static final int TICKS_MIN = 3;

  private static final int TICKS_MAX = 15;

  /** Kills at random moments, at most; and how long a process lives, its start included. */
  private static final int KILLS_MAX = 8;

  private static final int LIFE_MIN_MILLIS = 800;
  private static final int LIFE_MAX_MILLIS = 3_600;

  /** So that runs of three stages outlive more kills than these, whatever moments are drawn. */
  private static final int KILLS_MIN = 3;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration LONG_STAGE = Duration.ofSeconds(4);
  private static final Duration SHORT_STAGE = Duration.ofSeconds(1);

  /** From when runs are made until the one that is frozen goes on, if it stood still by then. */
  private static final Duration FREEZE = Duration.ofSeconds(45);

  @TempDir static Path shared;
  private static Path startCache = Path.of("");

  @TempDir Path directory;
  private MortalServer server;
  private NotificationLog notifications;
  private ManagedChannel channel;
  private OutcomeReporter reporter;
  private TestedRollouts rollouts;
  private int deaths;

  /** There are so many starts that to hurry them is most of the time. */
  @BeforeAll
  static void prepare() throws Exception {
    Path log = shared.resolve("start-cache.log");
    startCache = shared.resolve("start.aot");
    int status =
        new ProcessBuilder(Installation.own().smallServerCache(startCache))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(log)).isZero();
  }

  @BeforeEach
  void open() throws IOException {
    server =
        new MortalServer(
            directory, List.of("-XX:AOTCache=" + startCache), List.of("--rollout-tick", "100ms"));
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

  /** At each move of both runs three deaths: with nothing of it written, and with all of it. */
  @Test
  void death_beforeAndAfterAMoveIsWritten_losesAndRepeatsNothing() throws Exception {
    List<RunLog> logs = liveAndDie(List.of("DECIDED:1", "WITHIN:1", "COMMITTED:1"));

    // Only one that dies after the commit has written anything, and that is one move. Runs may be
    // seen to be over before the last one is seen to be dead.
    assertThat(deaths).isBetween(3 * acts(logs) - 1, 3 * acts(logs));
    assertThat(leases(logs)).isEqualTo(acts(logs));
  }

  /** After each move of both runs a death, and another one before anything else is looked at. */
  @Test
  void death_afterAMoveAndBeforeTheNextLook_changesNothing() throws Exception {
    List<RunLog> logs = liveAndDie(List.of("ACTED:1", "LEASED:1", "ACTED:1", "READ:1"));

    // The one that makes the last move, and one after it, may not be seen to die.
    assertThat(deaths).isBetween(2 * acts(logs) - 2, 2 * acts(logs));
    assertThat(leases(logs)).isEqualTo(acts(logs));
  }

  /** Entries that controllers made of all runs. */
  private static int acts(List<RunLog> logs) {
    return logs.stream().mapToInt(RunLog::acts).sum();
  }

  /** Leases, and so processes, that made them. */
  private static long leases(List<RunLog> logs) {
    return logs.stream().flatMap(log -> log.leases().stream()).distinct().count();
  }

  /**
   * Has a good run and a bad one end on a server that ends at points.
   *
   * @param points where the server ends, one life after the other, again and again
   */
  private List<RunLog> liveAndDie(List<String> points) throws Exception {
    List<WatchedRun> good = List.of(TestedRollouts.good("good"));
    List<WatchedRun> bad = List.of(TestedRollouts.bad("bad"));
    List<WatchedRun> all = List.of(good.getFirst(), bad.getFirst());
    create(all, SHORT_STAGE);
    liveAndDie(all, points, () -> isAtTheEnd(all));
    return checked(good, bad, SHORT_STAGE);
  }

  /**
   * Has runs end on a server that ends at points.
   *
   * @param over does what others do, and says whether runs are over
   */
  private void liveAndDie(List<WatchedRun> runs, List<String> points, Callable<Boolean> over)
      throws Exception {
    try (var _ = callers(runs)) {
      boolean atTheEnd = false;
      while (!atTheEnd) {
        server.startToHaltAt(points.get(deaths % points.size()));
        Await.until("runs to end, or a server", () -> !server.isAlive() || over.call());
        atTheEnd = server.isAlive();
        if (!atTheEnd) {
          assertHalted();
        }
      }
    }
  }

  /** Counts the death of a server that ended by itself. */
  private void assertHalted() throws IOException {
    assertThat(server.exitCode()).as(server.said()).isEqualTo(HALTED);
    deaths++;
  }

  /**
   * Runs with a gate that a person passes, one that refuses, a freeze that ends, each of what a
   * stage's maximum may do, a pause and rollbacks by command: at each move a death with nothing of
   * it written, and one with all of it.
   */
  @Test
  void death_ofRunsThatAreCommandedFrozenAndOverdue_losesAndRepeatsNothing() throws Exception {
    Instant now = Instant.now();
    List<CommandedRun> runs =
        CommandedRun.all(notifications.url(), notifications.gateUrl(), now, now.plus(FREEZE));
    server.start();
    rollouts.create(runs.stream().map(CommandedRun::rollout).toList());
    server.kill();
    List<WatchedRun> watched = runs.stream().map(CommandedRun::watched).toList();
    liveAndDie(
        watched,
        List.of("DECIDED:1", "COMMITTED:1", "WITHIN:1", "ACTED:1"),
        () -> {
          command(runs);
          return rollouts.areOver(watched);
        });

    server.kill();
    server.start();
    List<RunLog> logs = new ArrayList<>();
    for (CommandedRun run : runs) {
      RunLog log = RunLog.of(rollouts, run.key());
      assertThat(log.moves()).as(run.key()).isEqualTo(run.moves());
      log.assertWhole();
      assertThat(rollouts.treated(run.key(), VISITORS))
          .as(run.key())
          .isEqualTo(run.isCompleted() ? VISITORS : 0);
      logs.add(log);
    }
    assertKept(logs);
    // The last may not be seen to die.
    assertThat(deaths).isBetween(2 * acts(logs) - 2, 2 * acts(logs));
    assertThat(leases(logs)).isEqualTo(acts(logs));
  }

  /** What a person does now: starts the frozen one first, so that its freeze is not over. */
  private void command(List<CommandedRun> runs) throws Exception {
    Map<String, RolloutRun> newest = new HashMap<>();
    for (CommandedRun run : runs) {
      // What its log says, which lists leave out: whether a gate has refused.
      rollouts.now(run.key()).ifPresent(now -> newest.put(run.key(), now));
    }
    RolloutRun frozen = newest.get(runs.getFirst().key());
    boolean stands = frozen != null && frozen.getVersion() > 1;
    rollouts.start(
        runs.stream().limit(stands ? runs.size() : 1).map(CommandedRun::watched).toList());
    for (CommandedRun run : runs) {
      RolloutRun now = newest.get(run.key());
      Optional<RolloutCommand> command =
          now == null || !now.getActive() ? Optional.empty() : run.command().apply(now);
      if (now != null && command.isPresent()) {
        if (CommandedRun.isRefused(now)) {
          notifications.openGate();
        }
        rollouts.command(run.key(), command.get(), now.getVersion());
      }
    }
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
        if (server.isAlive()) {
          server.kill();
          deaths++;
        } else {
          assertHalted();
        }
        // Every other one ends by itself, if it is not killed before.
        if (deaths % 2 == 0) {
          server.start();
        } else {
          server.startToHaltAt("KEEPING:" + random.nextInt(TICKS_MIN, TICKS_MAX));
        }
      }
      Await.until(
          "runs to end",
          () -> {
            if (!server.isAlive()) {
              assertHalted();
              server.start();
            }
            return isAtTheEnd(all);
          });
    }
    System.err.println("died " + deaths + " times");

    assertThat(deaths).isGreaterThanOrEqualTo(KILLS_MIN);
    List<RunLog> logs = checked(good, bad, LONG_STAGE);
    assertThat(logs).hasSize(all.size());
  }

  /** Lets the server live for so long, or until it or runs are over; whether runs are. */
  private boolean liveToTheEnd(int millis, List<WatchedRun> runs) throws Exception {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    boolean over = isAtTheEnd(runs);
    while (!over && server.isAlive() && System.nanoTime() - end < 0) {
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
  private List<RunLog> checked(List<WatchedRun> good, List<WatchedRun> bad, Duration dwell)
      throws Exception {
    // The last death: whatever memory knew and the store does not is gone.
    server.kill();
    server.start();
    List<RunLog> logs = new ArrayList<>();
    for (WatchedRun run : good) {
      RunLog log = RunLog.of(rollouts, run.key());
      log.assertWhole();
      log.assertCompleted(dwell);
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
    assertKept(logs);
    return logs;
  }

  /** All that was told and served of all runs that there are is what their logs say. */
  private void assertKept(List<RunLog> logs) throws Exception {
    RunLog.assertFenced(logs);
    for (RunLog log : logs) {
      Await.until("notifications of " + log.rollout(), () -> log.isTold(notifications));
    }
    RunLog.assertKept(logs, notifications.told(), rollouts.seen());
    server.kill();
    try (var store =
        DriverManager.getConnection("jdbc:sqlite:" + server.data().resolve("serin.db"))) {
      RunLog.assertServed(logs, ServedRow.all(store));
    }
  }
}
