package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.analysis.count.DataQuality;
import dev.serin.server.rollout.evidence.VerdictMessages;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.policy.Judge;
import dev.serin.v1.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run's log, played and judged again, entry by entry, by the documents that the run was started
 * with: each verdict from the evidence that its entry keeps, each move from its event. Pure; not
 * thread-safe.
 */
public final class Replay {
  private final RunView run;
  private final Judge judge;
  private final RolloutMachine machine;
  private @Nullable MachineState state;
  private String problem = "";

  /** What came out of judging an entry again. */
  public enum Outcome {
    /** The same action for the same reason by the same metric, and the look's own action. */
    SAME,
    /** Something else. */
    DIFFERENT,
    /** It keeps nothing that could be judged: a person's word, a gate's answer. */
    NO_EVIDENCE,
    /** What it keeps cannot be read, or a look that acted keeps nothing. */
    UNREADABLE
  }

  /**
   * An entry, judged again.
   *
   * @param logged what the log says; empty: no look, or not readable
   * @param judged what judging says; empty: nothing was judged
   * @param difference in words; empty: there is none
   */
  public record Entry(
      StoredEntry stored,
      Outcome outcome,
      Optional<Verdict> logged,
      Optional<Verdict> judged,
      String difference) {
    /** Checks that all is there. */
    public Entry {
      requireNonNull(stored, "stored");
      requireNonNull(outcome, "outcome");
      requireNonNull(logged, "logged");
      requireNonNull(judged, "judged");
      requireNonNull(difference, "difference");
    }
  }

  /** The replay of a run, before its first entry. */
  public Replay(RunView run) {
    this.run = run;
    judge = Judge.of(run.plan(), run.metrics(), DataQuality.USUAL);
    machine = new RolloutMachine(run.plan());
  }

  /** Plays and judges the entry that follows. */
  public Entry add(StoredEntry stored) {
    play(stored);
    EntryEvidence evidence;
    try {
      evidence = EntryEvidence.decode(stored.evidence());
    } catch (IllegalArgumentException e) {
      return unreadable(stored, Optional.empty(), String.valueOf(e.getMessage()));
    }
    if (evidence.judged().isEmpty()) {
      if (decided(stored) instanceof Event.Tick tick
          && tick.verdict().action() != dev.serin.server.rollout.machine.Verdict.Action.GO_ON) {
        return unreadable(
            stored,
            evidence.verdict(),
            "evidence: none (expected: what a look was judged on that says "
                + tick.verdict().action()
                + ")");
      }
      return new Entry(stored, Outcome.NO_EVIDENCE, evidence.verdict(), Optional.empty(), "");
    }
    EntryEvidence.Judged kept = evidence.judged().get();
    Verdict logged = evidence.verdict().orElseThrow();
    dev.serin.server.rollout.policy.Verdict verdict;
    Verdict judged;
    Event event;
    try {
      event = EventCodec.decode(stored.event());
      verdict = judge.judge(kept.evidence(), kept.before()).verdict();
      judged = VerdictMessages.of(run.plan(), kept.evidence(), verdict);
    } catch (IllegalArgumentException e) {
      return unreadable(stored, Optional.of(logged), String.valueOf(e.getMessage()));
    }
    String difference = difference(logged, judged, event, verdict);
    return new Entry(
        stored,
        difference.isEmpty() ? Outcome.SAME : Outcome.DIFFERENT,
        Optional.of(logged),
        Optional.of(judged),
        difference);
  }

  /**
   * What does not hold of the moves of all entries that were added, which are the whole log; empty:
   * each is what its event does, and they lead to the run's state.
   */
  public String problem() {
    if (!problem.isEmpty()) {
      return problem;
    }
    return run.state().equals(state)
        ? ""
        : "the log leads to "
            + (state == null ? "no state" : state.toString())
            + " (expected: "
            + run.state()
            + ", as it is stored)";
  }

  private void play(StoredEntry stored) {
    if (!problem.isEmpty()) {
      return;
    }
    Instant time = Instant.ofEpochMilli(stored.timeMillis());
    MachineState before = state == null ? MachineState.pending(time) : state;
    List<String> wrong = new ArrayList<>();
    try {
      Event event = EventCodec.decode(stored.event());
      if (machine.apply(before, event, time) instanceof Step.Moved moved) {
        state = moved.state();
        expect(wrong, "number", stored.number(), moved.entry().number());
        expect(wrong, "time", time, moved.entry().time());
        expect(wrong, "phase", stored.phase(), moved.state().phase().name());
        expect(wrong, "stage", stored.stage(), moved.state().stage());
      } else {
        wrong.add(event + " moves nothing in " + before.phase());
      }
    } catch (IllegalArgumentException e) {
      wrong.add(String.valueOf(e.getMessage()));
    }
    if (!wrong.isEmpty()) {
      problem = "entry " + stored.number() + ": " + String.join("; ", wrong);
    }
  }

  private static void expect(List<String> wrong, String what, Object logged, Object played) {
    if (!logged.equals(played)) {
      wrong.add(what + " " + logged + " (expected: " + played + ")");
    }
  }

  /** What happened; null: that cannot be read, which {@link #problem} tells. */
  private static @Nullable Event decided(StoredEntry stored) {
    try {
      return EventCodec.decode(stored.event());
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }

  private static Entry unreadable(StoredEntry stored, Optional<Verdict> logged, String why) {
    return new Entry(stored, Outcome.UNREADABLE, logged, Optional.empty(), why);
  }

  private static String difference(
      Verdict logged,
      Verdict judged,
      Event event,
      dev.serin.server.rollout.policy.Verdict verdict) {
    List<String> parts = new ArrayList<>();
    if (logged.getAction() != judged.getAction()) {
      parts.add("action " + judged.getAction() + ", logged " + logged.getAction());
    }
    if (logged.getReason() != judged.getReason()) {
      parts.add("reason " + judged.getReason() + ", logged " + logged.getReason());
    }
    if (!logged.getMetric().equals(judged.getMetric())) {
      parts.add("metric '" + judged.getMetric() + "', logged '" + logged.getMetric() + "'");
    }
    // What moved the run is its event; the logged verdict is only shown.
    if (!(event instanceof Event.Tick tick)) {
      parts.add("the evidence of a look with " + event);
    } else if (!saysSame(tick, verdict)) {
      parts.add(
          "action %s for %s, and the look that moved the run says %s for %s"
              .formatted(
                  verdict.action(),
                  verdict.reason(),
                  tick.verdict().action(),
                  tick.verdict().reason()));
    }
    return parts.isEmpty() ? "" : String.join("; ", parts) + ": " + judged.getSentence();
  }

  private static boolean saysSame(
      Event.Tick tick, dev.serin.server.rollout.policy.Verdict verdict) {
    return tick.verdict().action().name().equals(verdict.action().name())
        && tick.verdict().reason().equalsIgnoreCase(verdict.reason().name());
  }
}
