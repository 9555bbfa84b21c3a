package dev.serin.server.rollout.machine;

import static dev.serin.server.rollout.machine.Event.CommandKind.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.SmallWorld.Controller;
import dev.serin.server.rollout.machine.SmallWorld.Kind;
import dev.serin.server.rollout.machine.SmallWorld.Line;
import dev.serin.server.rollout.machine.SmallWorld.Memory;
import dev.serin.server.rollout.machine.SmallWorld.Move;
import dev.serin.server.rollout.machine.SmallWorld.Rule;
import dev.serin.server.rollout.machine.SmallWorld.Served;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order of the steps of two controllers and a person at small size, with one part of what
 * else happens at a time: a crash while entries are told of, a crash and the kill switch, a crash
 * and a replica that lags, a clock that jumps. What must hold holds after each step, and whatever
 * was left behind, a controller that comes new goes on from it.
 */
class ExplorationTest {
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: tenth, kind: canary, share: 10, dwell: 10m}
          - {name: half, kind: expand, share: 50, dwell: 10m, gates: [{approval: ""}]}
          - {name: full, kind: full, share: 100}
          """);

  /** Dwelt so far in the first stage. */
  private static final Duration DWELT = Duration.ofSeconds(595);

  /** What a person asks for, and where the run stands. */
  enum Case {
    PAUSE(CommandKind.PAUSE),
    ADVANCE(CommandKind.ADVANCE),
    PROMOTE(CommandKind.PROMOTE),
    ROLL_BACK(CommandKind.ROLL_BACK),
    CANCEL(CommandKind.CANCEL),
    APPROVE(CommandKind.APPROVE),
    RESUME(CommandKind.RESUME);

    private final CommandKind asked;

    Case(CommandKind asked) {
      this.asked = asked;
    }

    private RunOfPlan run() {
      RunOfPlan run = new RunOfPlan(PLAN).command(START).after(DWELT).tick(Action.GO_ON);
      return switch (this) {
        case PAUSE, ADVANCE, PROMOTE, ROLL_BACK, CANCEL -> run;
        case APPROVE -> run.minutes(1).tick(Action.PROMOTE).is(Phase.GATE, 1);
        case RESUME -> run.command(CommandKind.PAUSE);
      };
    }
  }

  /** What happens besides looks, a person's command that is sent twice, and a second controller. */
  enum Part {
    CRASH_AND_SWITCH,
    CRASH_AND_ACT,
    CLOCK,
    CRASH_AND_REPLICA
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void orders_ofAllSteps_keepWhatMustHold(Case of) {
    for (Part part : Part.values()) {
      int worlds = explore(world(of, part, EnumSet.allOf(Rule.class)));
      assertThat(worlds).as("worlds of %s", part).isGreaterThan(500);
    }
  }

  /** What every rule is for: without it, something of what must hold does not. */
  @ParameterizedTest
  @EnumSource(Rule.class)
  void orders_withoutARule_breakWhatMustHold(Rule rule) {
    Set<Rule> rules = EnumSet.complementOf(EnumSet.of(rule));
    String broken =
        switch (rule) {
          case VERSION -> "replay";
          case FENCE -> "fences in order";
          case KILL_SWITCH -> "traffic rose while the kill switch was set";
          case REQUEST -> "moves by one request";
          case HOLDERS -> "what a holder serves";
          case SINCE_LOOK, LAST_LOOK -> "dwell that nobody saw";
          case OUTBOX -> "told or to be told";
        };

    assertThatThrownBy(
            () -> {
              for (Part part : Part.values()) {
                for (Case of : new Case[] {Case.PAUSE, Case.ADVANCE}) {
                  explore(world(of, part, rules));
                }
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(broken);
  }

  private static SmallWorld world(Case of, Part part, Set<Rule> rules) {
    return new SmallWorld(of.run(), of.asked, budget(part), rules);
  }

  /** What happens at most, and how often. */
  private static Map<Kind, Integer> budget(Part part) {
    Map<Kind, Integer> budget = new EnumMap<>(Kind.class);
    budget.put(Kind.TAKE, 1);
    budget.put(Kind.LOOK, 2);
    budget.put(Kind.PERSON_READS, 2);
    switch (part) {
      case CRASH_AND_SWITCH -> {
        budget.put(Kind.CRASH, 1);
        budget.put(Kind.KILL, 1);
        budget.put(Kind.LIFT, 1);
      }
      case CRASH_AND_ACT -> {
        budget.put(Kind.CRASH, 1);
        budget.put(Kind.ACT, 1);
      }
      case CLOCK -> {
        budget.put(Kind.CLOCK_AHEAD, 1);
        budget.put(Kind.CLOCK_BACK, 1);
      }
      case CRASH_AND_REPLICA -> {
        budget.put(Kind.CRASH, 1);
        budget.put(Kind.LOOK, 3);
        budget.put(Kind.REPLICA_READS, 2);
      }
    }
    return budget;
  }

  /** Goes through all worlds that can be reached; returns how many. */
  private static int explore(SmallWorld first) {
    Set<List<Object>> seen = new HashSet<>(Set.of(first.key()));
    Set<List<Object>> stores = new HashSet<>();
    Deque<SmallWorld> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      SmallWorld world = open.pop();
      for (Move move : world.moves()) {
        SmallWorld next = world.copy();
        next.take(move);
        if (seen.add(next.key())) {
          open.push(next);
          // What a process has in memory is lost with it: only what is stored can be wrong.
          if (stores.add(next.stored())) {
            holds(next);
            goesOn(next.copy());
          }
        }
      }
    }
    return seen.size();
  }

  private static void holds(SmallWorld world) {
    MachineState state = world.state();
    List<LogEntry> entries = world.log.stream().map(Line::entry).toList();
    assertThatCode(() -> world.machine.replay(world.made, entries))
        .as("replay")
        .doesNotThrowAnyException();
    assertThat(world.machine.replay(world.made, entries)).as("replay").isEqualTo(state);
    boolean rollsBack = false;
    long fence = 0;
    int ofPerson = 0;
    for (Line line : world.log) {
      LogEntry entry = line.entry();
      assertThat(EventCodec.decode(line.event())).isEqualTo(entry.event());
      assertThat(line.fence() == 0 || line.fence() >= fence).as("fences in order").isTrue();
      fence = Math.max(fence, line.fence());
      assertThat(line.killed()).as("traffic rose while the kill switch was set").isFalse();
      rollsBack |= entry.to() == Phase.ROLLING_BACK;
      boolean served = entry.traffic().compareTo(TrafficShare.NONE) > 0;
      assertThat(rollsBack && served).as("served after a rollback").isFalse();
      boolean skips = entry.toStage() > entry.fromStage() + 1;
      assertThat(skips && !line.ofPerson()).as("a stage was skipped by nobody").isFalse();
      ofPerson += entry.actor().equals("bob") ? 1 : 0;
    }
    assertThat(ofPerson).as("moves by one request").isLessThanOrEqualTo(1);
    Set<Long> known = new TreeSet<>(world.outbox);
    known.addAll(world.told);
    assertThat(known)
        .as("told or to be told")
        .containsExactlyElementsOf(
            LongStream.rangeClosed(world.first + 1, entries.size()).boxed().toList());
    servesWhatTheLogSays(world, state);
    passesNothingUnseen(world, state);
  }

  private static void servesWhatTheLogSays(SmallWorld world, MachineState state) {
    Served served = world.served;
    boolean nothing = state.stage() == 0 && state.phase() != Phase.ROLLING_BACK;
    assertThat(served.share()).isEqualTo(nothing ? Optional.empty() : Optional.of(state.traffic()));
    assertThat(served.entry()).as("a row without its entry").isLessThanOrEqualTo(world.log.size());
    if (state.phase() == Phase.ROLLED_BACK) {
      assertThat(world.replica.share()).as("what a holder serves").contains(TrafficShare.NONE);
    }
  }

  /** Clocks jump by an hour and nothing less, so that ten seconds an entry are all that counts. */
  private static void passesNothingUnseen(SmallWorld world, MachineState state) {
    if (state.stage() == 1) {
      Duration most = DWELT.plus(Duration.ofMinutes(1)).plusSeconds(10L * world.log.size());
      assertThat(state.times().dwell()).as("dwell that nobody saw").isLessThanOrEqualTo(most);
      assertThat(state.times().served()).as("dwell that nobody saw").isLessThanOrEqualTo(most);
    }
  }

  /**
   * A controller that comes new brings the run to where the switch is, and tells what is untold.
   */
  private static void goesOn(SmallWorld world) {
    world.memory.put(Controller.FIRST, Memory.NONE);
    world.memory.put(Controller.SECOND, Memory.NONE);
    world.take(new Move(Kind.TAKE, Controller.SECOND));
    for (int look = 0; look < 2; look++) {
      world.take(new Move(Kind.LOOK, Controller.SECOND, Action.ROLL_BACK));
      if (world.memory(Controller.SECOND).pending() != null) {
        world.take(new Move(Kind.WRITE, Controller.SECOND));
      }
      world.take(new Move(Kind.REPLICA_READS));
    }
    List<Long> untold = new ArrayList<>(world.outbox);
    for (int i = 0; i < untold.size(); i++) {
      world.take(new Move(Kind.ACT, Controller.SECOND));
      world.take(new Move(Kind.ACTED, Controller.SECOND));
    }
    holds(world);
    assertThat(world.outbox).isEmpty();
    assertThat(world.told).containsAll(untold);
    assertThat(world.state().phase())
        .isIn(Phase.ROLLING_BACK, Phase.ROLLED_BACK, Phase.CANCELLED, Phase.COMPLETED);
  }
}
