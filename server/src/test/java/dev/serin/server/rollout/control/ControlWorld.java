package dev.serin.server.rollout.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.ApplyCommand;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.DocumentWrite;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.catalog.Note;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.catalog.RunScene;
import dev.serin.server.rollout.gate.GateAnswer;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.GateOf;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.AwaitedReplica;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Rollouts over a real store and a real catalog, with a clock that the test moves and a view that
 * it fills. Nothing runs by itself.
 */
final class ControlWorld implements AutoCloseable {
  static final String NAMESPACE = "default";
  static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");
  static final Duration TICK = Duration.ofSeconds(1);

  final Database database;
  final Catalog catalog;
  final Journal journal;
  final Runs runs;
  private final RunCatalog seen;
  final Traffic traffic = new Traffic();
  final Answers webhooks = new Answers();

  Instant now = BEGIN;

  /** By how much the clock of controllers is ahead of that. */
  Duration clockAhead = Duration.ZERO;

  /** Replicas that do not serve yet what they are asked for. */
  List<AwaitedReplica> awaited = List.of();

  /** Namespaces whose documents this version of the server cannot read. */
  final Set<String> unreadable = new HashSet<>();

  private final Random random = new Random(20_261_122);
  private long incarnations;

  ControlWorld(StoreConfig config) {
    database = Database.open(config, TransactionObserver.NONE);
    catalog = new Catalog(database, PlanReader::violations, () -> now, random);
    journal = new Journal(database);
    runs = new Runs(journal);
    seen =
        new PartlyRead(
            RunCatalog.of(catalog, (namespace, revision, staleAfter) -> awaited), unreadable);
  }

  /** A process that may act: lease, commands, controller. */
  final class Replica {
    final ControllerLease lease;
    final Controller controller;
    final Commands commands;

    Replica(ControllerSteps steps) {
      incarnations++;
      lease = new ControllerLease(database, incarnations, "process " + incarnations);
      controller =
          new Controller(
              new Controller.Setting(
                  journal,
                  lease,
                  seen,
                  catalog.serving(),
                  traffic,
                  webhooks,
                  LeaseWatcher.NONE,
                  () -> now.plus(clockAhead),
                  () -> TimeUnit.MILLISECONDS.toNanos(Duration.between(BEGIN, now).toMillis()),
                  TICK),
              steps);
      commands =
          new Commands(
              journal,
              lease,
              seen,
              catalog.serving(),
              () -> now,
              random,
              controller::knownVerdict,
              () -> {});
    }

    Commands.Told command(CommandKind kind, String rollout) {
      return command(kind, rollout, "");
    }

    Commands.Told command(CommandKind kind, String rollout, String requestId) {
      return commands.apply(asked(kind, rollout, OptionalLong.empty(), requestId));
    }

    Verdict verdict(String rollout) {
      return controller.verdict(run(rollout).stored().origin().run()).orElseThrow();
    }
  }

  static Commands.Asked asked(
      CommandKind kind, String rollout, OptionalLong version, String requestId) {
    return new Commands.Asked(
        NAMESPACE, rollout, kind, version, "ann", "as planned", requestId, Optional.empty());
  }

  static Commands.Asked approval(String rollout, GateOf gate) {
    return new Commands.Asked(
        NAMESPACE,
        rollout,
        CommandKind.APPROVE,
        OptionalLong.empty(),
        "bob",
        "looks good",
        "",
        Optional.of(gate));
  }

  Replica process() {
    return new Replica(ControllerSteps.NONE);
  }

  /** Documents as YAML. */
  void apply(String... documents) {
    applyTo(NAMESPACE, documents);
  }

  /** The same in another namespace. */
  void applyTo(String namespace, String... documents) {
    List<DocumentWrite> writes = new ArrayList<>();
    for (String text : documents) {
      ParsedDocuments parsed =
          DocumentFiles.parse("test.yaml", text.getBytes(StandardCharsets.UTF_8));
      assertThat(parsed.errors()).isEmpty();
      parsed
          .toDocuments()
          .forEach(it -> writes.add(new DocumentWrite.Put(it, OptionalLong.empty())));
    }
    catalog.apply(
        new ApplyCommand(
            namespace,
            writes,
            OptionalLong.empty(),
            false,
            new Note("ann", "test"),
            ChangeSource.CHANGE_SOURCE_API));
  }

  /** A feature with a split in two halves, whose guardrail is an event. */
  static String feature(String key) {
    return """
    feature:
      key: %s
      variants: [{key: "on", value: true}, {key: "off", value: false}]
      default_variant: "off"
      splits:
      - {id: half, weights: [{variant: "on", weight: 50}, {variant: "off", weight: 50}]}
      default_rule: {split: half}
    """
        .formatted(key);
  }

  static final String ERRORS =
      """
      metric: {key: errors, kind: event, better: lower}
      """;

  /** A rollout of such a feature of the same key, with these stages. */
  static String rollout(String key, String stages, String more) {
    return """
    rollout:
      key: %s
      feature: %s
      split: half
      treatment: "on"
      control: "off"
      stages:
    %s
      guardrails: [{metric: errors}]
    %s
    """
        .formatted(key, key, stages.indent(2), more.indent(2));
  }

  /** A tenth, then all, each for three seconds, of ten users an arm. */
  static final String SHORT_STAGES =
      """
      - {name: canary, kind: canary, share: 10, dwell: 3s, minimum_users: 10}
      - {name: full, kind: full, share: 100, dwell: 3s, minimum_users: 10}
      """;

  /** Moves the clock, and users come. */
  void pass(Duration time) {
    now = now.plus(time);
    journal
        .activeVersions()
        .keySet()
        .forEach(run -> traffic.serve(runs.find(run).orElseThrow().require(), now));
  }

  /** So many seconds, with a tick at the end of each. */
  void seconds(Replica process, int seconds) {
    for (int i = 0; i < seconds; i++) {
      pass(TICK);
      process.controller.tick();
    }
  }

  RunView run(String rollout) {
    return runs.newest(NAMESPACE, rollout).orElseThrow().require();
  }

  List<LoggedEntry> log(String rollout) {
    return runs.log(run(rollout).stored().origin().run(), 0, 10_000);
  }

  /** As {@code 2 HOLDING(1) ann: why}. */
  List<String> story(String rollout) {
    return log(rollout).stream()
        .map(LoggedEntry::stored)
        .map(
            entry ->
                entry.number()
                    + " "
                    + Duration.between(BEGIN, Instant.ofEpochMilli(entry.timeMillis())).toSeconds()
                    + "s "
                    + entry.phase()
                    + "("
                    + entry.stage()
                    + ") "
                    + entry.actor()
                    + ": "
                    + entry.reason())
        .toList();
  }

  /** The phases and stages that the log leads through. */
  List<String> phases(String rollout) {
    return log(rollout).stream()
        .map(entry -> entry.stored().phase() + "(" + entry.stored().stage() + ")")
        .toList();
  }

  /**
   * What was written of what a rollout's newest run serves, in order: as {@code RUNNING(1) 10 %},
   * and {@code over} where the run does not own its split any more.
   */
  List<String> served(String rollout) {
    String run = run(rollout).stored().origin().run();
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT s.serving, s.stage, s.share_parts, s.share_of, s.active
                    FROM served_run s JOIN change_set c ON c.apply_id = s.apply_id
                    WHERE s.run = :run ORDER BY c.revision
                    """)
                .bind("run", run)
                .map(
                    (row, context) ->
                        servedRow(
                            row.getString("serving"),
                            row.getInt("stage"),
                            new TrafficShare(row.getInt("share_parts"), row.getInt("share_of")),
                            row.getInt("active") == 1))
                .list());
  }

  private static String servedRow(String serving, int stage, TrafficShare share, boolean active) {
    return serving + "(" + stage + ") " + share + (active ? "" : " over");
  }

  /** The row that an entry leaves which brought its run to a phase of a stage. */
  private static String servedRow(RolloutPlan plan, Phase phase, int stage) {
    return switch (phase) {
      case GATE, RUNNING, HOLDING, PAUSED ->
          stage == 0
              ? servedRow("WAITING", stage, TrafficShare.NONE, true)
              : servedRow("RUNNING", stage, plan.stage(stage).share(), true);
      case COMPLETED -> servedRow("COMPLETED", stage, TrafficShare.ALL, false);
      case ROLLING_BACK -> servedRow("ROLLED_BACK", stage, TrafficShare.NONE, true);
      case ROLLED_BACK -> servedRow("ROLLED_BACK", stage, TrafficShare.NONE, false);
      case CANCELLED ->
          servedRow(stage == 0 ? "WAITING" : "ROLLED_BACK", stage, TrafficShare.NONE, false);
      case PENDING -> throw new IllegalArgumentException("no entry leads to " + phase);
    };
  }

  /**
   * Checks that a log is whole, leads to the state that is stored, and that what is served is what
   * its entries say, row by row: which of them leave one, and which share.
   */
  void assertWhole(String rollout) {
    RunView run = run(rollout);
    RolloutMachine machine = new RolloutMachine(run.plan());
    List<LoggedEntry> log = log(rollout);
    MachineState state =
        MachineState.pending(Instant.ofEpochMilli(log.getFirst().stored().timeMillis()));
    List<String> served = new ArrayList<>();
    for (LoggedEntry entry : log) {
      Instant time = Instant.ofEpochMilli(entry.stored().timeMillis());
      Step step = machine.apply(state, entry.event().orElseThrow(), time);
      assertThat(step).as("%s", entry).isInstanceOf(Step.Moved.class);
      Step.Moved moved = (Step.Moved) step;
      assertThat(moved.entry().number()).isEqualTo(entry.stored().number());
      assertThat(moved.entry().time()).isEqualTo(time);
      assertThat(moved.entry().reason()).isEqualTo(entry.stored().reason());
      Phase phase = moved.state().phase();
      int stage = moved.state().stage();
      assertThat(entry.stored().phase()).as("%s", entry).isEqualTo(phase.name());
      assertThat(entry.stored().stage()).as("%s", entry).isEqualTo(stage);
      if (state.version() == 0
          || phase.isOver()
          || phase == Phase.ROLLING_BACK
          || stage != state.stage()) {
        served.add(servedRow(run.plan(), phase, stage));
      }
      state = moved.state();
    }
    assertThat(state).isEqualTo(run.state());
    assertThat(served(rollout)).as("what %s serves", rollout).isEqualTo(served);
  }

  /**
   * What was noted to be told of a rollout's newest run, to whom: as {@code 3/0}, the entry and the
   * target; and was not told, as nobody tells anything here.
   */
  List<String> toBeTold(String rollout) {
    String run = run(rollout).stored().origin().run();
    return database.read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT number, target FROM rollout_notification
                    WHERE run = :run ORDER BY number, target
                    """)
                .bind("run", run)
                .map((row, context) -> row.getLong("number") + "/" + row.getInt("target"))
                .list());
  }

  /** As if the holder of the lease had been silent for so long, and longer than it may. */
  void silentFor(Duration time) {
    database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate("UPDATE rollout_lease SET renewed = renewed - :millis")
                .bind("millis", time.toMillis())
                .execute());
  }

  /** As if the holder of the lease were known to be dead. */
  void dismiss() {
    database.execute(
        Priority.ROLLOUT, handle -> handle.execute("UPDATE rollout_lease SET holder = 0"));
  }

  /** A catalog of which some namespaces cannot be read. */
  private record PartlyRead(RunCatalog all, Set<String> unreadable) implements RunCatalog {
    @Override
    public RunScene scene(String namespace, String rollout) {
      return all.scene(namespace, rollout);
    }

    @Override
    public Map<FeatureName, FeatureSwitches> switches(Collection<FeatureName> features) {
      features.forEach(
          name -> {
            if (unreadable.contains(name.namespace())) {
              throw new IllegalArgumentException("namespace " + name.namespace() + ": damaged");
            }
          });
      return all.switches(features);
    }

    @Override
    public List<AwaitedReplica> awaited(
        String namespace, long revision, Optional<Duration> staleAfter) {
      return all.awaited(namespace, revision, staleAfter);
    }
  }

  /** Webhooks that answer what the test says. */
  static final class Answers implements GateWebhooks {
    final List<OpenGate> asked = new ArrayList<>();
    final List<GateAnswer> next = new ArrayList<>();
    String failed = "";
    Set<OpenGate.Id> kept = Set.of();

    /** Rollouts whose gates cannot be asked. */
    final Set<String> refused = new HashSet<>();

    /** Whether all that are asked pass, each time they are asked. */
    boolean passing;

    /** Rollouts whose gates are answered with no. */
    final Set<String> sayingNo = new HashSet<>();

    @Override
    public void ask(OpenGate gate) {
      if (refused.contains(gate.rollout())) {
        throw new IllegalStateException("gate of " + gate.rollout());
      }
      asked.add(gate);
      if (sayingNo.contains(gate.rollout())) {
        next.add(new GateAnswer(gate.id(), false, "not today"));
      } else if (passing) {
        next.add(new GateAnswer(gate.id(), true, "it is fine"));
      }
    }

    @Override
    public List<GateAnswer> answers() {
      List<GateAnswer> all = List.copyOf(next);
      next.clear();
      return all;
    }

    @Override
    public String failed(OpenGate.Id id) {
      return failed;
    }

    @Override
    public void keepOnly(Set<OpenGate.Id> ids) {
      kept = Set.copyOf(ids);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
