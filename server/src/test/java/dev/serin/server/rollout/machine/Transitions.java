package dev.serin.server.rollout.machine;

import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.GateResult;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.GatePlan;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.StagePlan;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Names of the ways in which a run moves: where it stood, what happened, where it stands after it;
 * and all of them that the machine knows.
 */
public final class Transitions {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What passes before an event, all of it seen: less than anything asks for, and more. */
  private static final List<Duration> PASSING =
      List.of(SECOND, Duration.ofSeconds(61), Duration.ofMinutes(11));

  /** What passes and nobody looks. */
  private static final Duration GAP = Duration.ofMinutes(1);

  private Transitions() {}

  /** Where a run stands, without its stage: as {@code HOLDING(FROZEN)}. */
  public static String standing(MachineState state) {
    return switch (state.phase()) {
      case HOLDING -> "HOLDING(" + state.hold() + ")";
      case GATE -> state.gateRefused() ? "GATE(refused)" : "GATE";
      case PENDING, RUNNING, PAUSED, ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED ->
          state.phase().name();
    };
  }

  /** A move, as {@code RUNNING TICK > RUNNING, next stage}. */
  public static String named(RolloutPlan plan, MachineState before, Step.Moved moved) {
    MachineState after = moved.state();
    Event event = moved.entry().event();
    String name = standing(before) + " " + event(plan, before, event) + " > " + standing(after);
    if (after.stage() > before.stage() && before.stage() > 0) {
      name += ", next stage";
    }
    boolean ends = after.phase() == Phase.CANCELLED || after.phase() == Phase.ROLLING_BACK;
    if (ends && before.stage() == 0) {
      name += ", nothing was served";
    }
    if (event instanceof Tick) {
      if (moved.entry().reason().startsWith("reached its maximum")) {
        name += ", at its maximum";
      } else if (after.stage() == before.stage() && after.extensions() > before.extensions()) {
        name += ", a new period";
      } else if (before.doesSameAs(after)) {
        name += ", a gap";
      }
    }
    return name;
  }

  private static String event(RolloutPlan plan, MachineState before, Event event) {
    return switch (event) {
      case Command command -> command.kind().name();
      case Tick tick -> "TICK";
      case GateResult result ->
          plan.stage(before.stage() + 1)
                  .gates()
                  .get(before.gate())
                  .getClass()
                  .getSimpleName()
                  .toUpperCase(Locale.ROOT)
              + (result.passed() ? " passed" : " refused");
      case HoldersAcknowledged acknowledged -> "ACKNOWLEDGED";
    };
  }

  /**
   * Every move of a run that was started that the machine can make by what a live controller, a
   * person or a kill switch may tell it: all states that can be reached are gone through, where two
   * that differ in nothing that the machine asks for count as one.
   */
  public static SortedSet<String> all() {
    SortedSet<String> all = new TreeSet<>();
    explore(plan("hold", ", gates: [{approval: \"\"}, {webhook: {url: \"http://ci\"}}]"), all);
    for (String atMaximum : List.of("hold", "roll_back", "ship")) {
      explore(plan(atMaximum, ""), all);
    }
    return all;
  }

  private static RolloutPlan plan(String atMaximum, String first) {
    String lasts = "dwell: 1m, maximum: 5m, at_maximum: " + atMaximum;
    return Plans.with(
        """
        stages:
        - {name: first, kind: canary, share: 10, %s%s}
        - {name: second, kind: expand, share: 50, %s}
        - name: last
          kind: full
          share: 100
          %s
          gates:
          - {approval: ""}
          - {bake: 1m}
          - {webhook: {url: "http://ci"}}
          - {feature: f}
          - {rollout: r}
        freezes: [{from: TUE 11:00, until: TUE 12:00, zone: UTC}]
        """
            .formatted(lasts, first, lasts, lasts.replace(", ", "\n  ")));
  }

  private record Node(MachineState state, Instant now) {}

  private static void explore(RolloutPlan plan, Set<String> names) {
    RolloutMachine machine = new RolloutMachine(plan);
    Set<List<Object>> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    open.push(new Node(MachineState.pending(RunOfPlan.BEGIN), RunOfPlan.BEGIN));
    while (!open.isEmpty()) {
      Node node = open.pop();
      for (Duration passing : PASSING) {
        moves(machine, node, node.now.plus(passing), SECOND, names, seen, open);
      }
      moves(machine, node, node.now.plus(GAP), GAP, names, seen, open);
      Duration jump = untilFreezeChanges(plan, node.now);
      moves(machine, node, node.now.plus(jump), jump, names, seen, open);
    }
  }

  private static void moves(
      RolloutMachine machine,
      Node from,
      Instant now,
      Duration sinceLook,
      Set<String> names,
      Set<List<Object>> seen,
      Deque<Node> open) {
    for (Event event : events(machine.plan(), from.state, sinceLook)) {
      if (machine.apply(from.state, event, now) instanceof Step.Moved moved) {
        names.add(named(machine.plan(), from.state, moved));
        if (seen.add(sort(machine.plan(), moved.state(), now))) {
          open.push(new Node(moved.state(), now));
        }
      }
    }
  }

  /** What may happen; of a run that is not stored yet, its start alone. */
  private static List<Event> events(RolloutPlan plan, MachineState state, Duration sinceLook) {
    if (state.phase() == Phase.PENDING) {
      return List.of(command(CommandKind.START, sinceLook));
    }
    List<Event> events = new ArrayList<>(List.of(new HoldersAcknowledged()));
    for (CommandKind kind : CommandKind.values()) {
      events.add(command(kind, sinceLook));
    }
    for (Action action : Action.values()) {
      List<String> reasons = action == Action.HOLD ? List.of("data", "signal") : List.of("");
      for (String reason : reasons) {
        Verdict verdict = new Verdict(action, reason, "so it is", "");
        events.add(new Tick(verdict, Duration.ZERO, sinceLook));
        events.add(new Tick(verdict, Duration.ofMinutes(1), sinceLook));
      }
    }
    asked(plan, state)
        .ifPresent(
            gate -> {
              events.add(answer(state, true, sinceLook));
              if (gate instanceof GatePlan.Webhook) {
                events.add(answer(state, false, sinceLook));
              }
            });
    return events;
  }

  /** The gate that is asked by itself. */
  private static Optional<GatePlan> asked(RolloutPlan plan, MachineState state) {
    if (state.phase() != Phase.GATE || state.gateRefused()) {
      return Optional.empty();
    }
    List<GatePlan> gates = plan.stage(state.stage() + 1).gates();
    return state.gate() < gates.size() ? Optional.of(gates.get(state.gate())) : Optional.empty();
  }

  private static Event answer(MachineState state, boolean passed, Duration sinceLook) {
    return new GateResult(state.stage() + 1, state.gate(), passed, "it said so", sinceLook);
  }

  private static Event command(CommandKind kind, Duration sinceLook) {
    return new Command(kind, "ann", "", Optional.empty(), sinceLook);
  }

  /** To when the freeze begins, or ends that it is in. */
  private static Duration untilFreezeChanges(RolloutPlan plan, Instant now) {
    return Duration.between(now, plan.frozenUntil(now).orElseGet(() -> nextFreeze(now)));
  }

  private static Instant nextFreeze(Instant now) {
    ZonedDateTime begin =
        now.atZone(ZoneOffset.UTC)
            .with(TemporalAdjusters.nextOrSame(DayOfWeek.TUESDAY))
            .with(LocalTime.of(11, 0));
    return begin.toInstant().isAfter(now) ? begin.toInstant() : begin.plusWeeks(1).toInstant();
  }

  /** All of a state that the machine asks for, times by whether they are long enough. */
  private static List<Object> sort(RolloutPlan plan, MachineState state, Instant now) {
    StagePlan stage = plan.stage(Math.max(1, state.stage()));
    Times times = state.times();
    return List.of(
        standing(state),
        state.stage(),
        state.waiting(),
        state.gate(),
        state.gateRefused(),
        state.paused(),
        state.killed(),
        state.overdue(),
        state.holdReason(),
        Math.min(2, state.holds()),
        times.dwell().compareTo(stage.dwell()) >= 0,
        times.inStage().compareTo(stage.maximum().orElseThrow()) >= 0,
        times.atGate().compareTo(Duration.ofMinutes(1)) >= 0,
        times.held().compareTo(TickRules.leastHold(state.holds())) >= 0,
        state.period().isOver(times),
        plan.frozenUntil(now).isPresent());
  }
}
