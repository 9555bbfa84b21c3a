package dev.serin.server.rollout.machine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.machine.Event.Command;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Event.HoldersAcknowledged;
import dev.serin.server.rollout.machine.Event.Tick;
import dev.serin.server.rollout.machine.Verdict.Action;
import dev.serin.server.rollout.plan.TrafficShare;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One run with all that touches it, in memory: a journal with versions and a fence, two controllers
 * that look, write, act and die between any two of these, a person, a kill switch, a clock that
 * jumps, and a replica that serves what it has last read. The machine and the stored forms are the
 * real ones; the journal is a second reading of its rules, which a test can leave out one by one.
 *
 * <p>A step is what is atomic on the live system: a transaction, or work in one process's memory.
 */
final class SmallWorld {
  static final Duration JUMP = Duration.ofHours(1);

  /** A rule of the journal or of whoever uses it. */
  enum Rule {
    /** A move is written on the version that it was decided on. */
    VERSION,
    /** A controller writes while the lease is its own. */
    FENCE,
    /** Traffic does not rise while the kill switch is set, which is read in the transaction. */
    KILL_SWITCH,
    /** What was asked before is answered as before. */
    REQUEST,
    /** Holders acknowledge when they serve the control. */
    HOLDERS,
    /** A command says how long nobody looked. */
    SINCE_LOOK,
    /**
     * A run that somebody else moved was last looked at when that was: looks before it were at
     * something else.
     */
    LAST_LOOK,
    /** What is told of an entry is taken out of the outbox after it was told. */
    OUTBOX
  }

  /** Who takes steps. */
  enum Controller {
    FIRST,
    SECOND
  }

  /** What can happen; how often is bounded by whoever explores. */
  enum Kind {
    TAKE,
    LOOK,
    WRITE,
    ACT,
    ACTED,
    CRASH,
    PERSON_READS,
    PERSON_WRITES,
    KILL,
    LIFT,
    CLOCK_AHEAD,
    CLOCK_BACK,
    REPLICA_READS
  }

  /**
   * One step.
   *
   * @param controller who takes it; means nothing where no controller does
   * @param says what a look says; means nothing where it is none
   */
  record Move(Kind kind, Controller controller, Action says) {
    Move(Kind kind, Controller controller) {
      this(kind, controller, Action.GO_ON);
    }

    Move(Kind kind) {
      this(kind, Controller.FIRST);
    }
  }

  /** An entry of the log as it was stored. */
  record Line(LogEntry entry, ByteString event, long fence, boolean killed, boolean ofPerson) {}

  /** A row of what is served: since which entry, and what; empty: the document's weights. */
  record Served(long entry, Optional<TrafficShare> share) {}

  /** What was decided and is not written yet. */
  record Pending(long version, Step.Moved moved) {}

  /**
   * What a controller has in memory.
   *
   * @param fence of the lease that it took; 0: none
   * @param version of the run that it looked at last, or wrote
   * @param looked when that was
   * @param pending decided, and to be written
   * @param acting entry that it is telling of; 0: none
   */
  record Memory(long fence, long version, Instant looked, @Nullable Pending pending, long acting) {
    static final Memory NONE = new Memory(0, 0, Instant.EPOCH, null, 0);

    Memory knowing(long ofVersion, Instant at, @Nullable Pending decided) {
      return new Memory(fence, ofVersion, at, decided, acting);
    }

    Memory acting(long entry) {
      return new Memory(fence, version, looked, pending, entry);
    }
  }

  final RolloutMachine machine;
  final Instant made;
  final Set<Rule> rules;
  final CommandKind asked;

  /** Entries that were there, told to whom they concern. */
  final int first;

  ByteString stored;
  List<Line> log;
  Served served;
  Served replica;
  boolean killed;
  long fence = 1;
  @Nullable Long answered;
  Set<Long> outbox = new TreeSet<>();
  Set<Long> told = new TreeSet<>();
  Instant now;
  final Map<Controller, Memory> memory = new EnumMap<>(Controller.class);
  @Nullable Pending person;
  final Map<Kind, Integer> left = new EnumMap<>(Kind.class);

  /** A world after a run's first entries, which a first controller holds. */
  SmallWorld(RunOfPlan run, CommandKind asked, Map<Kind, Integer> budget, Set<Rule> rules) {
    this.machine = run.machine;
    this.made = RunOfPlan.BEGIN;
    this.asked = asked;
    this.rules = rules;
    this.stored = StateCodec.encode(run.state);
    this.log = new ArrayList<>();
    for (LogEntry entry : run.log) {
      boolean person = entry.event() instanceof Command;
      log.add(new Line(entry, EventCodec.encode(entry.event()), person ? 0 : 1, false, person));
    }
    this.first = log.size();
    this.served = servedAfter(new Served(0, Optional.empty()), run);
    this.replica = served;
    this.now = run.now;
    memory.put(Controller.FIRST, new Memory(1, run.state.version(), now, null, 0));
    memory.put(Controller.SECOND, Memory.NONE);
    left.putAll(budget);
  }

  private static Served servedAfter(Served before, RunOfPlan run) {
    return run.state.stage() == 0
        ? before
        : new Served(run.state.version(), Optional.of(run.state.traffic()));
  }

  private SmallWorld(SmallWorld other) {
    machine = other.machine;
    made = other.made;
    rules = other.rules;
    asked = other.asked;
    first = other.first;
    stored = other.stored;
    log = new ArrayList<>(other.log);
    served = other.served;
    replica = other.replica;
    killed = other.killed;
    fence = other.fence;
    answered = other.answered;
    outbox = new TreeSet<>(other.outbox);
    told = new TreeSet<>(other.told);
    now = other.now;
    memory.putAll(other.memory);
    person = other.person;
    left.putAll(other.left);
  }

  SmallWorld copy() {
    return new SmallWorld(this);
  }

  /** Equal for worlds with the same future and the same past as far as the store tells it. */
  List<Object> key() {
    List<Object> key = new ArrayList<>(stored());
    key.addAll(List.of(memory, left, fence));
    key.add(Optional.ofNullable(person));
    return key;
  }

  /** What is left of it where every process dies. */
  List<Object> stored() {
    return List.of(
        stored, log, served, replica, killed, outbox, told, now, Optional.ofNullable(answered));
  }

  MachineState state() {
    return StateCodec.decode(stored);
  }

  /** What can happen next. */
  List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    for (Controller controller : Controller.values()) {
      Memory own = memory(controller);
      if (own.fence() != fence) {
        add(moves, Kind.TAKE, controller);
      }
      if (own.fence() > 0 && own.pending() == null) {
        for (Action says : EnumSet.of(Action.PROMOTE, Action.HOLD, Action.ROLL_BACK)) {
          if (left(Kind.LOOK) > 0) {
            moves.add(new Move(Kind.LOOK, controller, says));
          }
        }
      }
      if (own.pending() != null) {
        moves.add(new Move(Kind.WRITE, controller));
      }
      if (own.fence() > 0 && own.acting() == 0 && !outbox.isEmpty()) {
        add(moves, Kind.ACT, controller);
      }
      if (own.acting() > 0) {
        moves.add(new Move(Kind.ACTED, controller));
      }
      if (own.fence() > 0) {
        add(moves, Kind.CRASH, controller);
      }
    }
    if (person == null) {
      add(moves, Kind.PERSON_READS, Controller.FIRST);
    } else {
      moves.add(new Move(Kind.PERSON_WRITES));
    }
    add(moves, killed ? Kind.LIFT : Kind.KILL, Controller.FIRST);
    add(moves, Kind.CLOCK_AHEAD, Controller.FIRST);
    add(moves, Kind.CLOCK_BACK, Controller.FIRST);
    if (!replica.equals(served)) {
      add(moves, Kind.REPLICA_READS, Controller.FIRST);
    }
    return moves;
  }

  private void add(List<Move> moves, Kind kind, Controller controller) {
    if (left(kind) > 0) {
      moves.add(new Move(kind, controller));
    }
  }

  Memory memory(Controller controller) {
    return requireNonNull(memory.get(controller));
  }

  private int left(Kind kind) {
    return left.getOrDefault(kind, 0);
  }

  void take(Move move) {
    left.computeIfPresent(move.kind(), (kind, often) -> often - 1);
    Controller controller = move.controller();
    switch (move.kind()) {
      case TAKE -> memory.put(controller, new Memory(++fence, 0, Instant.EPOCH, null, 0));
      case LOOK -> look(controller, move.says());
      case WRITE -> write(controller);
      case ACT -> act(controller);
      case ACTED -> acted(controller);
      case CRASH -> memory.put(controller, Memory.NONE);
      case PERSON_READS -> personReads();
      case PERSON_WRITES -> personWrites();
      case KILL -> killed = true;
      case LIFT -> killed = false;
      case CLOCK_AHEAD -> now = now.plus(JUMP);
      case CLOCK_BACK -> now = now.minus(JUMP);
      case REPLICA_READS -> replica = served;
    }
  }

  /** Kill switch first, then acknowledgements, then the evidence: one event at each look. */
  private void look(Controller controller, Action says) {
    Memory own = memory(controller);
    MachineState state = state();
    boolean known =
        own.version() == state.version() || (own.version() > 0 && !rules.contains(Rule.LAST_LOOK));
    Instant before = known ? own.looked() : state.time();
    Duration sinceLook = Duration.between(before, now);
    Event event;
    if (state.phase() == Phase.ROLLING_BACK) {
      boolean acknowledged = replica.equals(served) || !rules.contains(Rule.HOLDERS);
      event = acknowledged ? new HoldersAcknowledged() : tick(says, sinceLook);
    } else if (killed != state.killed()) {
      CommandKind kind = killed ? CommandKind.KILL : CommandKind.REVIVE;
      event = new Command(kind, "ann", "", Optional.empty(), sinceLook);
    } else {
      event = tick(says, sinceLook);
    }
    memory.put(controller, own.knowing(state.version(), now, decide(state, event)));
  }

  private static Tick tick(Action says, Duration sinceLook) {
    return RunOfPlan.tick(says, Duration.ZERO, sinceLook);
  }

  private @Nullable Pending decide(MachineState state, Event event) {
    return machine.apply(state, event, now) instanceof Step.Moved moved
        ? new Pending(state.version(), moved)
        : null;
  }

  private void write(Controller controller) {
    Memory own = memory(controller);
    Pending pending = requireNonNull(own.pending());
    if (own.fence() != fence && rules.contains(Rule.FENCE)) {
      memory.put(controller, Memory.NONE);
      return;
    }
    boolean done = commit(pending, own.fence(), false);
    long version = done ? pending.version() + 1 : own.version();
    memory.put(controller, own.knowing(version, own.looked(), null));
  }

  /** Whether it was written. */
  private boolean commit(Pending pending, long by, boolean ofPerson) {
    MachineState before = state();
    boolean stale = pending.version() != before.version() && rules.contains(Rule.VERSION);
    boolean raises = pending.moved().state().traffic().compareTo(before.traffic()) > 0;
    if (stale || (raises && killed && rules.contains(Rule.KILL_SWITCH))) {
      return false;
    }
    LogEntry entry = pending.moved().entry();
    ByteString event = EventCodec.encode(entry.event());
    log.add(new Line(entry, event, by, killed && raises, ofPerson));
    stored = StateCodec.encode(pending.moved().state());
    for (Effect effect : pending.moved().effects()) {
      served = served(effect, entry.number());
    }
    outbox.add(entry.number());
    return true;
  }

  private Served served(Effect effect, long entry) {
    return switch (effect) {
      case Effect.ServeStage stage -> new Served(entry, Optional.of(stage.share()));
      case Effect.ServeControl control -> new Served(entry, Optional.of(TrafficShare.NONE));
      case Effect.ServeTreatment treatment -> new Served(entry, Optional.of(TrafficShare.ALL));
      case Effect.ServeDocument document -> new Served(entry, Optional.empty());
      case Effect.OpenGate gate -> served;
      case Effect.BeginPeriod period -> served;
      case Effect.AwaitHolders holders -> served;
    };
  }

  private void act(Controller controller) {
    Memory own = memory(controller);
    long entry = outbox.iterator().next();
    if (rules.contains(Rule.OUTBOX)) {
      told.add(entry);
    } else {
      outbox.remove(entry);
    }
    memory.put(controller, own.acting(entry));
  }

  private void acted(Controller controller) {
    Memory own = memory(controller);
    told.add(own.acting());
    outbox.remove(own.acting());
    memory.put(controller, own.acting(0));
  }

  /**
   * Every read is of the same request: what was answered is asked again, as after a lost answer.
   */
  private void personReads() {
    MachineState state = state();
    Duration sinceLook =
        rules.contains(Rule.SINCE_LOOK) ? Duration.between(state.time(), now) : Duration.ZERO;
    person = decide(state, new Command(asked, "bob", "", Optional.empty(), sinceLook));
  }

  private void personWrites() {
    Pending pending = person;
    person = null;
    boolean again = answered != null && rules.contains(Rule.REQUEST);
    if (!again && pending != null && commit(pending, 0, true)) {
      answered = pending.version() + 1;
    }
  }
}
