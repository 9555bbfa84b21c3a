package dev.serin.loadtest.judging;

import dev.serin.loadtest.process.ProcessCpu;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.MetricFingerprint;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.Controller;
import dev.serin.server.rollout.control.ControllerStatus;
import dev.serin.server.rollout.control.GateWebhooks;
import dev.serin.server.rollout.control.LeaseWatcher;
import dev.serin.server.rollout.control.RunCatalog;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.gate.GateAnswer;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code controller}: what it costs to keep looking at many runs of rollouts. */
@Command(
    name = "controller",
    description = {
      "A controller as a server has it, over the embedded store in a file of its own, with many",
      "rollouts stored and some of them active, each in an A/B test of a quarter of the users with",
      "three events, a mean and a quantile. It ticks each second, by itself; in each second a part",
      "of the runs gets new users. Measures the CPU time of ticks: of their thread, and all that"
          + " the",
      "process uses but for the thread that counts those users. Give it a heap of 6 GB:",
      "JAVA_TOOL_OPTIONS=-Xmx6g."
    },
    mixinStandardHelpOptions = true)
public final class ControllerCommand implements Callable<Integer> {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final String THREAD = "serin-rollouts";
  private static final double NANOS_OF_MILLI = 1e6;
  private static final double TARGET_CORES = 0.5;

  /** New users of a run in a second. */
  private static final int NEW_USERS = 40;

  @Option(
      names = "--rollouts",
      defaultValue = "10000",
      description = "Rollouts that are stored. Default: ${DEFAULT-VALUE}.")
  private int rollouts;

  @Option(
      names = "--runs",
      defaultValue = "1000",
      description = "Those of them that are active. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--changed",
      defaultValue = "100",
      description = "Runs with new outcomes in each second. Default: ${DEFAULT-VALUE}.")
  private int changed;

  @Option(
      names = "--users",
      defaultValue = "4000",
      description =
          "Users of a run's split at first, a quarter in each arm. Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "Seconds before measuring. Default: ${DEFAULT-VALUE}.")
  private int warmUpSeconds;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "Seconds of measuring. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  private final LockedView view = new LockedView();
  private final Random random = new Random(1);
  private int nextRun;

  /** Users that each run has had. */
  private final Map<String, Integer> usersOfRun = new HashMap<>();

  /** Created by the command line. */
  public ControllerCommand() {}

  /** CPU times at a moment, in nanoseconds. */
  private record Used(long controller, long process, long counting) {}

  @Override
  public Integer call() throws IOException {
    if (runs < 1
        || runs > rollouts
        || changed < 0
        || changed > runs
        || users < 0
        || warmUpSeconds < 1
        || seconds < 1) {
      throw new IllegalArgumentException(
          "--rollouts %d --runs %d --changed %d --users %d --warm-up %d --seconds %d"
                  .formatted(rollouts, runs, changed, users, warmUpSeconds, seconds)
              + " (expected: as many as runs, 1 or more, 0 to runs, 0 or more, 1 or more, 1 or"
              + " more)");
    }
    try (TemporaryDirectory directory = TemporaryDirectory.create();
        Database database =
            Database.open(
                new StoreConfig.Sqlite(directory.path().resolve("serin.db")),
                TransactionObserver.NONE)) {
      measure(database);
    }
    return 0;
  }

  private void measure(Database database) throws IOException {
    InstantSource clock = InstantSource.system();
    Catalog catalog = new Catalog(database, PlanReader::violations, clock, random);
    RunCatalog seen = RunCatalog.of(catalog, (namespace, revision, staleAfter) -> List.of());
    Journal journal = new Journal(database);
    ControllerLease lease = new ControllerLease(database, 1, "loadtest");
    StoredRollouts stored = new StoredRollouts(catalog, rollouts);
    stored.create();
    System.err.println("stored: " + rollouts);
    List<RunView> active =
        stored.start(
            new Commands(
                journal,
                lease,
                seen,
                catalog.serving(),
                clock,
                random,
                run -> Optional.empty(),
                () -> {}),
            runs);
    for (RunView run : active) {
      count(run, users, clock);
    }
    System.err.println("started: " + active.size());
    try (Controller controller =
        new Controller(
            new Controller.Setting(
                journal,
                lease,
                seen,
                catalog.serving(),
                view,
                new NoWebhooks(),
                LeaseWatcher.NONE,
                clock,
                System::nanoTime,
                TICK))) {
      controller.start();
      measure(controller, active, clock);
    }
  }

  private void measure(Controller controller, List<RunView> active, InstantSource clock)
      throws IOException {
    pass(warmUpSeconds, controller, active, clock);
    ControllerStatus first = controller.status();
    Used before = used();
    long begin = System.nanoTime();
    double[] tickMillis = pass(seconds, controller, active, clock);
    double nanos = System.nanoTime() - begin;
    Used after = used();
    ControllerStatus last = controller.status();
    long ticks = last.ticks() - first.ticks();
    if (last.held() != runs || last.failing() > 0 || last.failedTicks() > 0 || ticks == 0) {
      throw new IOException(last + " (expected: " + runs + " runs, none failing, and ticks)");
    }
    double thread = after.controller() - before.controller();
    double all = after.process() - before.process() - (after.counting() - before.counting());
    Samples times = new Samples(tickMillis);
    Table table = new Table("%d of %d rollouts active".formatted(runs, rollouts), "", "target");
    table.row("ticks in %d s".formatted(seconds), Long.toString(ticks), Integer.toString(seconds));
    table.row("moves meanwhile", Long.toString(last.moves() - first.moves()), "");
    table.row("CPU of a tick, ms, its thread", shown(thread / ticks / NANOS_OF_MILLI), "");
    table.row("CPU of a tick, ms, all but counting", shown(all / ticks / NANOS_OF_MILLI), "");
    table.row("cores, all but counting", "%.2f".formatted(all / nanos), shown(TARGET_CORES));
    table.row("a tick takes, ms, median", shown(times.median()), "");
    table.row("a tick takes, ms, p90", shown(times.quantile(0.9)), "");
    table.row("a tick takes, ms, most", shown(times.max()), "");
    System.out.print(table.text());
  }

  private static String shown(double value) {
    return "%.1f".formatted(value);
  }

  /**
   * Lets users come for a while.
   *
   * @return how long the last tick took at the end of each second, in milliseconds
   */
  private double[] pass(
      int secondsToPass, Controller controller, List<RunView> active, InstantSource clock) {
    double[] tickMillis = new double[secondsToPass];
    long begin = System.nanoTime();
    for (int second = 0; second < secondsToPass; second++) {
      for (int i = 0; i < changed; i++) {
        count(active.get(nextRun), NEW_USERS, clock);
        nextRun = (nextRun + 1) % active.size();
      }
      restUntil(begin + TimeUnit.SECONDS.toNanos(second + 1L));
      tickMillis[second] = controller.status().lastTickTime().toNanos() / NANOS_OF_MILLI;
    }
    return tickMillis;
  }

  private static void restUntil(long end) {
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Counts new users of a run, each with an outcome. */
  private void count(RunView run, int more, InstantSource clock) {
    Map<String, Integer> fingerprints =
        run.metrics().stream()
            .collect(
                Collectors.toMap(
                    metric -> metric.plan().metric(),
                    metric -> MetricFingerprint.of(metric.document())));
    String id = run.stored().origin().run();
    int first = usersOfRun.getOrDefault(id, 0);
    usersOfRun.put(id, first + more);
    view.count(builder -> count(builder, run, first, first + more, clock.millis(), fingerprints));
  }

  private void count(
      DeltaBuilder builder,
      RunView run,
      int first,
      int end,
      long nowMillis,
      Map<String, Integer> fingerprints) {
    for (int user = first; user < end; user++) {
      JudgedRun.report(
          builder,
          place(run, JudgedRun.draw(user)),
          JudgedRun.unit(user),
          nowMillis,
          random,
          metric -> fingerprints.getOrDefault(metric, 0));
    }
  }

  private static Place place(RunView run, double draw) {
    RunOrigin origin = run.stored().origin();
    double share = run.plan().stage(1).share().fraction();
    return new Place(
        origin.namespace(),
        origin.feature(),
        origin.split(),
        origin.run(),
        0,
        1,
        JudgedRun.arm(draw, share),
        draw < share ? run.plan().treatment() : run.plan().control(),
        false,
        "user_key");
  }

  /** Of the controller's thread, of all, and of the thread that asks: it counts users. */
  private static Used used() throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    List<Long> controllers = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(THREAD)) {
        controllers.add(threads.getThreadCpuTime(thread.threadId()));
      }
    }
    if (controllers.size() != 1) {
      throw new IllegalStateException(
          "threads " + THREAD + ": " + controllers.size() + " (expected: one)");
    }
    return new Used(
        controllers.getFirst(),
        ProcessCpu.of(ProcessHandle.current().pid()).toNanos(),
        threads.getCurrentThreadCpuTime());
  }

  /** No run waits for one. */
  private static final class NoWebhooks implements GateWebhooks {
    @Override
    public void ask(OpenGate gate) {
      throw new IllegalStateException(gate + " (expected: no gate)");
    }

    @Override
    public List<GateAnswer> answers() {
      return List.of();
    }

    @Override
    public String failed(OpenGate.Id id) {
      return "";
    }

    @Override
    public void keepOnly(Set<OpenGate.Id> ids) {}
  }
}
