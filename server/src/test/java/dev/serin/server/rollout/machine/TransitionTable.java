package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.ADVANCE;
import static dev.serin.server.rollout.machine.Event.CommandKind.APPROVE;
import static dev.serin.server.rollout.machine.Event.CommandKind.CANCEL;
import static dev.serin.server.rollout.machine.Event.CommandKind.KILL;
import static dev.serin.server.rollout.machine.Event.CommandKind.PAUSE;
import static dev.serin.server.rollout.machine.Event.CommandKind.RESUME;
import static dev.serin.server.rollout.machine.Event.CommandKind.ROLL_BACK;
import static dev.serin.server.rollout.machine.Event.CommandKind.START;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the machine does to every state with every event, as the page of rollouts shows it. */
final class TransitionTable {
  /** Stage 2 of 3; the next one stands behind an approval and a webhook. */
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: first, kind: canary, share: 5, dwell: 10m, maximum: 1h}
          - {name: second, kind: expand, share: 50, dwell: 10m, maximum: 1h}
          - name: last
            kind: full
            share: 100
            gates: [{approval: ""}, {webhook: {url: "http://ci"}}]
          freezes: [{from: WED 10:00, until: WED 12:00, zone: UTC}]
          """);

  private TransitionTable() {}

  /** Both halves of the table as Markdown: commands, and what happens by itself. */
  static String markdown() {
    Map<String, Event> commands = new LinkedHashMap<>();
    for (CommandKind kind : CommandKind.values()) {
      commands.put(words(kind), new Command(kind, "ann", ""));
    }
    Map<String, Event> others = new LinkedHashMap<>();
    for (Action action : Action.values()) {
      others.put("tick: " + words(action), RunOfPlan.tick(action, Duration.ZERO));
    }
    others.put("tick: old evidence", RunOfPlan.tick(Action.GO_ON, Duration.ofMinutes(1)));
    others.put("gate passed", new GateResult(3, 1, true, "it"));
    others.put("gate refused", new GateResult(3, 1, false, "it"));
    others.put("holders acknowledged", new HoldersAcknowledged());
    return table(commands) + "\n" + table(others);
  }

  /** Why events are refused, each explanation once. */
  static List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    for (RunOfPlan run : states().values()) {
      for (CommandKind kind : CommandKind.values()) {
        Step step = run.machine.apply(run.state, new Command(kind, "ann", ""), run.now);
        if (step instanceof Step.Refused refused && !refusals.contains(refused.because())) {
          refusals.add(refused.because());
        }
      }
    }
    return refusals;
  }

  private static String table(Map<String, Event> events) {
    StringBuilder text = new StringBuilder("| state | ");
    text.append(String.join(" | ", events.keySet())).append(" |\n|---|");
    text.append("---|".repeat(events.size())).append('\n');
    states()
        .forEach(
            (name, run) -> {
              text.append("| ").append(name).append(" |");
              events.values().forEach(event -> text.append(cell(run, event)).append('|'));
              text.append('\n');
            });
    return text.toString();
  }

  private static String cell(RunOfPlan run, Event event) {
    return switch (run.machine.apply(run.state, event, run.now)) {
      case Step.Stayed stayed -> " · ";
      case Step.Refused refused -> " ✗ ";
      case Step.Moved moved -> " " + state(moved.state()) + " ";
    };
  }

  private static String state(MachineState state) {
    boolean inStage = state.phase() == Phase.RUNNING || state.phase() == Phase.HOLDING;
    String why = state.phase() == Phase.HOLDING ? ", " + words(state.hold()) : "";
    return inStage ? state.phase() + "(" + state.stage() + why + ")" : state.phase().toString();
  }

  private static Map<String, RunOfPlan> states() {
    Map<String, RunOfPlan> states = new LinkedHashMap<>();
    states.put("PENDING", run());
    states.put("GATE, an approval", atGate());
    states.put("GATE, a webhook", atGate().command(APPROVE));
    states.put("GATE, refused", atGate().command(APPROVE).gate(3, 1, false));
    states.put("GATE, all passed", atGate().command(APPROVE).gate(3, 1, true));
    states.put("RUNNING(2), dwelling", second());
    states.put("RUNNING(2), dwelt", dwelt());
    states.put("RUNNING(2), its period over", second().minutes(10));
    states.put("RUNNING(3), the last", second().command(ADVANCE).minutes(10));
    states.put("HOLDING(2, verdict)", dwelt().tick(Action.HOLD));
    states.put(
        "HOLDING(2, stale evidence)",
        dwelt().tickWithOldEvidence(Action.GO_ON, Duration.ofMinutes(1)));
    states.put("HOLDING(1, frozen)", frozen());
    states.put("HOLDING(2, maximum)", second().minutes(60).tick(Action.GO_ON).tick(Action.GO_ON));
    states.put("HOLDING(2, killed)", dwelt().command(KILL));
    states.put("PAUSED", dwelt().command(PAUSE));
    states.put("ROLLING_BACK", dwelt().command(ROLL_BACK));
    states.put("ROLLED_BACK", dwelt().command(ROLL_BACK).event(new HoldersAcknowledged()));
    states.put("COMPLETED", second().command(ADVANCE).minutes(10).tick(Action.PROMOTE));
    states.put("CANCELLED", dwelt().command(CANCEL));
    return states;
  }

  /** In the first stage: the second has no gate before it, and a freeze is in its way. */
  private static RunOfPlan frozen() {
    RunOfPlan run = run().minutes(24 * 60).command(START).minutes(10);
    return run.tick(Action.PROMOTE).tick(Action.PROMOTE);
  }

  private static RunOfPlan atGate() {
    return dwelt().tick(Action.PROMOTE);
  }

  private static RunOfPlan run() {
    return new RunOfPlan(PLAN);
  }

  private static RunOfPlan second() {
    return run().command(START).command(ADVANCE).command(PAUSE).command(RESUME);
  }

  /** In the period after the planned one. */
  private static RunOfPlan dwelt() {
    return second().minutes(10).tick(Action.GO_ON);
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
