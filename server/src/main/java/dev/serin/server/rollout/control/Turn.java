package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.catalog.FeatureSwitches;
import dev.serin.server.catalog.RunServing;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.journal.Fence;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.KeptJudge;
import dev.serin.server.rollout.journal.KeptLook;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.Written;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.store.SharedLimits;
import dev.serin.v1.AwaitedReplica;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One look at all runs that this process acts for, and what follows from it: at most one move of
 * each run. What comes first: the kill switch, holders' acknowledgements, a gate's answer, then
 * what the evidence says. All of a turn is decided at one time of the clock.
 *
 * <p>A store that is away ends the turn; the next one begins with what the store has then. Rows
 * that somebody else holds for too long are the failure of the run that waited for them.
 */
final class Turn {
  /** Runs whose judge is kept in one transaction, so that it stays short. */
  static final int KEEP_MAX = 100;

  /**
   * Runs of a namespace that wait for rows in vain in one turn: of one the run's own may be held,
   * of two the namespace's may be, and all others would wait, too.
   */
  private static final int WAITS_MAX = 2;

  private final Journal journal;
  private final RunCatalog catalog;
  private final RunServing serving;
  private final HeldRuns held;
  private final Looks looks;
  private final Gates gates;
  private final ControllerSteps steps;
  private final LongSupplier nanoTime;
  private final AtomicLong moves = new AtomicLong();
  private final Rollbacks rollbacks = new Rollbacks();
  private final SeenSlots slots;

  /** Runs that waited for rows in vain in the last turn: the others come first. */
  private final Set<String> waited = new HashSet<>();

  /**
   * Turns over a store.
   *
   * @param nanoTime monotonic clock
   */
  Turn(
      Journal journal,
      RunCatalog catalog,
      RunServing serving,
      HeldRuns held,
      Looks looks,
      Gates gates,
      ControllerSteps steps,
      LongSupplier nanoTime) {
    this.journal = journal;
    this.catalog = catalog;
    this.serving = serving;
    this.held = held;
    this.looks = looks;
    this.gates = gates;
    this.steps = steps;
    this.nanoTime = nanoTime;
    slots = new SeenSlots(journal);
  }

  /** Any thread: entries that were written. */
  long moves() {
    return moves.get();
  }

  /** Any thread: what was rolled back. */
  Rollbacks rollbacks() {
    return rollbacks;
  }

  /** Writes what is not written yet, as this was the last turn. */
  void end(Renewal renewal) {
    slots.writeAll(renewal);
  }

  /** Forgets all: it is somebody else's. */
  void forget() {
    held.forget();
    gates.forget();
    rollbacks.forget();
    slots.forget();
  }

  /**
   * Takes a turn.
   *
   * @param renewal keeps the lease meanwhile
   * @param unseen time for which nobody has looked at runs that are not held yet
   * @return whether anything could be done: false where runs are active, and none of them can be
   *     read or decided on
   * @throws UnheldException where the lease turned out to be another's
   * @throws ApiException where the store does not answer
   */
  boolean take(Renewal renewal, Instant now, Duration unseen) {
    Fence fence = renewal.fence();
    held.refresh(now, nanoTime.getAsLong(), unseen);
    List<HeldRun> runs = new ArrayList<>(gates.begin(held.all(), held, now));
    Map<FeatureName, FeatureSwitches> switches = new RunSwitches(catalog, held).of(runs);
    Map<HeldRun, Looks.Seen> seen =
        looks.at(runs.stream().filter(HeldRun::isJudged).toList(), held, renewal::renewIfDue);
    Map<String, Integer> waits = new HashMap<>();
    for (HeldRun run : waitedLast(runs)) {
      String namespace = run.origin().namespace();
      if (waits.getOrDefault(namespace, 0) >= WAITS_MAX) {
        continue;
      }
      renewal.renewIfDue();
      try {
        steps.read(run.id());
        Looks.Seen look = seen.get(run);
        decide(run, look, switches, fence, now);
        run.time().looked(now);
        if (look != null || !run.isJudged()) {
          held.succeeded(run);
        }
      } catch (UnheldException e) {
        throw e;
      } catch (RuntimeException e) {
        if (isAway(e)) {
          throw e;
        }
        if (SharedLimits.isExceeded(e)) {
          waits.merge(namespace, 1, Integer::sum);
          waited.add(run.id());
        }
        held.failed(run, e);
      }
    }
    keep(runs, renewal);
    keepLooks(renewal, now);
    slots.write(renewal, now);
    return !held.allFail();
  }

  /** So that two whose rows somebody holds for long do not keep all others from their turn. */
  private List<HeldRun> waitedLast(List<HeldRun> runs) {
    List<HeldRun> order = new ArrayList<>(runs);
    order.sort(Comparator.comparing(run -> waited.contains(run.id())));
    waited.clear();
    return order;
  }

  /** Whether nothing more can be done before the store is back. */
  static boolean isAway(RuntimeException failure) {
    return failure instanceof ApiException e
        && !SharedLimits.isExceeded(e)
        && (e.reason() == ErrorReason.STORE_UNAVAILABLE
            || e.reason() == ErrorReason.STORE_FULL
            || e.reason() == ErrorReason.OVERLOADED);
  }

  private void decide(
      HeldRun run,
      Looks.@Nullable Seen look,
      Map<FeatureName, FeatureSwitches> switches,
      Fence fence,
      Instant now) {
    // Whatever is decided: so that what the judge keeps does not depend on it.
    Optional<Event.Tick> tick = orFail(() -> tick(run, look, now));
    if (run.state().phase() == Phase.ROLLING_BACK) {
      rollbacks.saw(run.origin(), run.state().time());
      acknowledge(run, fence, now);
      return;
    }
    if (followKillSwitch(run, switches.get(run.feature()), fence, now)) {
      return;
    }
    Optional<Event> answer = gates.answer(run, switches, now);
    if (answer.isPresent() && act(run, answer.get(), run::known, Optional::empty, fence, now)) {
      return;
    }
    if (tick.isPresent()) {
      // Made only for a move: what a verdict says in full takes longer than all of a look.
      if (look == null) {
        act(run, tick.get(), run::known, Optional::empty, fence, now);
      } else {
        act(run, tick.get(), run::evidence, () -> Optional.of(run.judgeBytes()), fence, now);
      }
    }
  }

  /** As out of memory: where one run's evidence is too much for it, it is that run's failure. */
  private static <T> T orFail(Supplier<T> work) {
    try {
      return work.get();
    } catch (Error e) {
      throw new IllegalStateException("evidence: cannot be judged or written: " + e, e);
    }
  }

  private Optional<Event.Tick> tick(HeldRun run, Looks.@Nullable Seen look, Instant now) {
    if (!run.isJudged()) {
      return Optional.of(run.unserved(now));
    }
    // Evidence grows old while other runs are decided.
    long decidedNanos = nanoTime.getAsLong();
    if (look == null) {
      return run.unread(decidedNanos, now);
    }
    Event.Tick tick = run.judge(look, decidedNanos, now);
    slots.looked(run.id(), run.laterVerdict(), now);
    return Optional.of(tick);
  }

  /** Brings a run to where its feature's kill switch is; true: it moved. */
  private boolean followKillSwitch(
      HeldRun run, @Nullable FeatureSwitches known, Fence fence, Instant now) {
    if (known == null || known.killed() == run.state().killed()) {
      return false;
    }
    Event event =
        new Event.Command(
            known.killed() ? CommandKind.KILL : CommandKind.REVIVE,
            known.actor().isEmpty() ? RolloutMachine.SERIN : known.actor(),
            known.reason(),
            Optional.empty(),
            run.time().sinceLook(now));
    return act(run, event, run::known, Optional::empty, fence, now);
  }

  private void acknowledge(HeldRun run, Fence fence, Instant now) {
    String namespace = run.origin().namespace();
    if (run.awaited().isEmpty()) {
      // Of a move that was made elsewhere or before: the revision now is no earlier than that
      // one's.
      run.awaits(catalog.scene(namespace, run.origin().rollout()).revision());
    }
    List<AwaitedReplica> behind =
        catalog.awaited(namespace, run.awaited().orElseThrow(), run.plan().staleAfter());
    if (behind.isEmpty()) {
      act(run, new Event.HoldersAcknowledged(), run::known, Optional::empty, fence, now);
    } else {
      run.stays("waits until the control is served by " + AwaitedNames.of(behind));
    }
  }

  /**
   * Does what an event does to a run.
   *
   * @param judge what the judge keeps after it; empty: as before
   * @return whether the run moved, or was moved by somebody else
   */
  private boolean act(
      HeldRun run,
      Event event,
      Supplier<EntryEvidence> evidence,
      Supplier<Optional<ByteString>> judge,
      Fence fence,
      Instant now) {
    Step step = run.apply(event, now);
    if (!(step instanceof Step.Moved moved)) {
      if (event instanceof Event.Tick && step instanceof Step.Stayed stayed) {
        String failed = gates.failed(run);
        run.stays(failed.isEmpty() ? stayed.because() : stayed.because() + ": " + failed);
      }
      return false;
    }
    if (event instanceof Event.Tick && run.mayCarry(moved, now)) {
      return false;
    }
    Move move = orFail(() -> Moves.of(run.id(), run.plan(), moved, evidence.get(), judge.get()));
    steps.decided(run.id());
    ServedMove served =
        new ServedMove(serving, run.origin(), run.plan(), run.state(), moved, OptionalLong.empty());
    Written written;
    try {
      written =
          journal.act(
              move,
              fence,
              handle -> {
                served.write(handle);
                steps.within(run.id());
              });
    } catch (KilledException e) {
      // Set since the switches were read: it comes first, and the rest is decided anew after it.
      followKillSwitch(run, catalog.switches(Set.of(run.feature())).get(run.feature()), fence, now);
      return true;
    }
    steps.committed(run.id());
    switch (written) {
      case Written.Done done -> {
        run.moved(move, moved, served.revision());
        moves.incrementAndGet();
        MoveLines.say(run.origin(), moved.entry());
        steps.acted(run.id());
      }
      case Written.Stale stale -> run.time().outdated();
      case Written.Unheld unheld -> throw new UnheldException();
      case Written.Answered answered -> throw unexpected(answered);
      case Written.Reused reused -> throw unexpected(reused);
      case Written.Taken taken -> throw unexpected(taken);
    }
    return true;
  }

  private static IllegalStateException unexpected(Written written) {
    return new IllegalStateException(written + " of a move of the controller");
  }

  /** Writes what looks left that moved nothing. */
  private void keep(List<HeldRun> runs, Renewal renewal) {
    steps.keeping();
    Map<String, HeldRun> byId = new HashMap<>();
    List<KeptJudge> all = new ArrayList<>();
    for (HeldRun run : runs) {
      if (!run.state().phase().isOver() && !waited.contains(run.id())) {
        byId.put(run.id(), run);
        run.toKeep().ifPresent(all::add);
      }
    }
    for (int from = 0; from < all.size(); from += KEEP_MAX) {
      List<KeptJudge> some = all.subList(from, Math.min(all.size(), from + KEEP_MAX));
      renewal.renewIfDue();
      if (isKept(() -> journal.keep(some, renewal.fence()))) {
        some.forEach(one -> requireNonNull(byId.get(one.run())).kept());
      }
    }
  }

  /** Writes which runs the turn left out though it comes to its end, and which no longer. */
  private void keepLooks(Renewal renewal, Instant now) {
    List<KeptLook> all = new ArrayList<>(held.looksToKeep(now));
    all.removeIf(look -> waited.contains(look.run()));
    for (int from = 0; from < all.size(); from += KEEP_MAX) {
      List<KeptLook> some = all.subList(from, Math.min(all.size(), from + KEEP_MAX));
      renewal.renewIfDue();
      if (isKept(() -> journal.keepLooks(some, renewal.fence()))) {
        held.keptLooks(some);
      }
    }
  }

  /** False: somebody holds one of the rows, or there is no room; the next turn tries it again. */
  private static boolean isKept(BooleanSupplier write) {
    try {
      if (!write.getAsBoolean()) {
        throw new UnheldException();
      }
      return true;
    } catch (ApiException e) {
      if (e.reason() != ErrorReason.STORE_FULL && !SharedLimits.isExceeded(e)) {
        throw e;
      }
      return false;
    }
  }
}
