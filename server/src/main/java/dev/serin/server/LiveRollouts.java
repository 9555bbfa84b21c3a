package dev.serin.server;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.outcome.Outcomes;
import dev.serin.server.rollout.LiveRuns;
import dev.serin.server.rollout.RolloutServiceAdapter;
import dev.serin.server.rollout.RunSlots;
import dev.serin.server.rollout.Watches;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.Controller;
import dev.serin.server.rollout.control.ControllerStatus;
import dev.serin.server.rollout.control.CountedView;
import dev.serin.server.rollout.control.GateWebhooks;
import dev.serin.server.rollout.control.LeaseWatcher;
import dev.serin.server.rollout.control.RunCatalog;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.gate.WebhookGates;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.monitor.RolloutMeters;
import dev.serin.server.rollout.monitor.SeenRollouts;
import dev.serin.server.rollout.monitor.Transitions;
import dev.serin.server.rollout.notice.Notifier;
import dev.serin.server.rollout.notice.RunNotices;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.SecretsFile;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.Database;
import dev.serin.server.telemetry.Metrics;
import dev.serin.v1.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What moves the runs of rollouts in a server and what people ask of them, wired. Closed before
 * what counts outcomes and before the store: the tick under way ends, and the lease is given back.
 */
final class LiveRollouts implements AutoCloseable {
  /** Among which the newest verdict of a run is looked for. */
  private static final int NEWEST_ENTRIES = 20;

  private final Closeables parts = new Closeables();
  private final Runs runs;
  private final Controller controller;
  private final RolloutServiceAdapter service;
  private final RunSlots slots;

  /**
   * Rollouts that nobody moves before {@link #start}.
   *
   * @param random draws ids; safe for all threads
   * @param incarnation of this process, as of its outcomes
   */
  LiveRollouts(
      ServerConfig config,
      Database database,
      Catalog catalog,
      RunCatalog runCatalog,
      Outcomes outcomes,
      InstantSource clock,
      SecureRandom random,
      long incarnation,
      Metrics metrics) {
    Secrets secrets = config.secrets().<Secrets>map(SecretsFile::new).orElse(Secrets.none());
    Transitions transitions = new Transitions();
    transitions.register(metrics);
    Journal journal = new Journal(database, transitions);
    ControllerLease lease = new ControllerLease(database, incarnation, name());
    runs = new Runs(journal);
    slots = new RunSlots(journal, clock);
    WebhookGates gates =
        parts.add(new WebhookGates(new Webhooks("serin-gates", secrets, clock), System::nanoTime));
    Notifier notifier =
        parts.add(
            new Notifier(
                new Outbox(database),
                new RunNotices(runs),
                new Webhooks("serin-notices", secrets, clock),
                System::nanoTime));
    controller =
        new Controller(
            new Controller.Setting(
                journal,
                lease,
                runCatalog,
                catalog.serving(),
                CountedView.of(outcomes),
                GateWebhooks.of(gates),
                whileHeld(notifier),
                clock,
                System::nanoTime,
                config.rolloutTick()),
            HaltingSteps.ofProcess());
    LiveRuns live = known(controller);
    Watches watches = parts.add(new Watches(catalog, journal, runs, live, clock));
    Commands commands =
        new Commands(
            journal,
            lease,
            runCatalog,
            catalog.serving(),
            clock,
            random,
            this::knownVerdict,
            () -> {
              controller.wake();
              watches.wake();
            });
    service = new RolloutServiceAdapter(catalog, journal, commands, watches, live, clock);
    new RolloutMeters(() -> SeenRollouts.of(controller, gates, notifier), System::nanoTime)
        .register(metrics);
    parts.add(controller);
  }

  private static LeaseWatcher whileHeld(Notifier notifier) {
    return new LeaseWatcher() {
      @Override
      public void taken() {
        notifier.start();
      }

      @Override
      public void lost() {
        notifier.stop();
      }
    };
  }

  private static LiveRuns known(Controller controller) {
    return new LiveRuns() {
      @Override
      public Optional<Verdict> verdict(String run) {
        return controller.verdict(run);
      }

      @Override
      public String because(String run) {
        return controller.because(run);
      }
    };
  }

  /** Begins to move runs, when this process may. */
  void start() {
    controller.start();
  }

  RolloutServiceAdapter service() {
    return service;
  }

  /** Where runs stood over time. */
  RunSlots slots() {
    return slots;
  }

  /** The newest look at a run: this process's own, else the one that its log knows. */
  Optional<Verdict> verdict(String run) {
    return controller.verdict(run).or(() -> ofLog(run));
  }

  /** The same as an entry of the log keeps it. */
  private Optional<Verdict> knownVerdict(String run) {
    return controller.knownVerdict(run).or(() -> ofLog(run));
  }

  private Optional<Verdict> ofLog(String run) {
    return runs.find(run).map(RunReading::stored).flatMap(this::logged);
  }

  /** Entries without one are commands that came before anybody had looked. */
  private Optional<Verdict> logged(StoredRun run) {
    long before = Math.max(0, run.version() - NEWEST_ENTRIES);
    return runs.log(run.origin().run(), before, NEWEST_ENTRIES).reversed().stream()
        .flatMap(entry -> entry.evidence().verdict().stream())
        .findFirst();
  }

  ControllerStatus status() {
    return controller.status();
  }

  /** Ends all; waits for the tick under way. */
  @Override
  public void close() {
    parts.close();
  }

  /** Who holds the lease, for people who look at the store. */
  static String name() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      // A machine whose own name nobody resolves; the process is still told.
      host = "unknown host";
    }
    return "pid " + ProcessHandle.current().pid() + " on " + host;
  }
}
