package dev.serin.server.rollout.control;

import com.google.protobuf.ByteString;
import dev.serin.server.error.ApiException;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.KeptSlot;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictMetric;
import dev.serin.v1.VerdictProblem;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the looks of a holder showed by minute, written for people who look back. It decides
 * nothing: what cannot be written is tried again, and left out once it is old.
 *
 * <p>Few slots are written at a time, those that wait longest first, so that with few runs the
 * minute at hand is soon in the store, and with many each is written about once. Of the
 * controller's thread.
 */
final class SeenSlots {
  /** Time between writes. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  /** Slots that are written at a time: of so many parts of all one, but no fewer than this. */
  private static final int LEAST = 100;

  private static final int PARTS = 10;

  /** Slots of one transaction, so that it stays short. */
  private static final int TRANSACTION_MAX = 100;

  /** After so many minutes a slot that could not be written is left out. */
  private static final int LATE_MINUTES = 3;

  /** Slots that are forgotten at a time. */
  private static final int FORGOTTEN_MAX = 1_000;

  private final Journal journal;

  /** The newest of each run. */
  private final Map<String, Slot> atHand = new HashMap<>();

  /** What the store does not have yet, the longest waiting first. */
  private final Set<Slot> unwritten = new LinkedHashSet<>();

  private Instant written = Instant.EPOCH;

  /** In which minute all was forgotten that was old. */
  private long forgotten = -1;

  SeenSlots(Journal journal) {
    this.journal = journal;
  }

  /** A minute of a run so far. */
  private static final class Slot {
    final String run;
    final long minute;
    int looks;
    Supplier<Verdict> last;

    Slot(String run, long minute, Supplier<Verdict> last) {
      this.run = run;
      this.minute = minute;
      this.last = last;
    }

    KeptSlot kept() {
      return new KeptSlot(run, minute, looks, brief(last.get()));
    }
  }

  /** Takes a look that judged a run. */
  void looked(String run, Supplier<Verdict> verdict, Instant now) {
    long minute = KeptSlot.minute(now.toEpochMilli());
    Slot slot = atHand.get(run);
    if (slot == null || slot.minute != minute) {
      slot = new Slot(run, minute, verdict);
      atHand.put(run, slot);
    }
    slot.looks++;
    slot.last = verdict;
    unwritten.add(slot);
  }

  /** Writes some, where the last time is a while ago, and forgets what is too old to be shown. */
  void write(Renewal renewal, Instant now) {
    if (Duration.between(written, now).abs().compareTo(PAUSE) < 0) {
      return;
    }
    long minute = KeptSlot.minute(now.toEpochMilli());
    atHand.values().removeIf(slot -> slot.minute != minute);
    unwritten.removeIf(slot -> slot.minute < minute - LATE_MINUTES);
    try {
      if (forgotten != minute) {
        boolean all =
            journal.forgetSlots(minute - KeptSlot.KEPT_MINUTES, FORGOTTEN_MAX) < FORGOTTEN_MAX;
        forgotten = all ? minute : forgotten;
      }
      if (!unwritten.isEmpty()) {
        written = now;
        write(renewal, Math.max(LEAST, unwritten.size() / PARTS));
      }
    } catch (ApiException _) {
      // The store is away, or full: what is decided does not wait for this.
    }
  }

  /** Writes all, as nobody looks any more; nothing where the store or the lease is gone. */
  void writeAll(Renewal renewal) {
    try {
      write(renewal, unwritten.size());
    } catch (ApiException | UnheldException _) {
      // The next holder begins without it.
    }
  }

  private void write(Renewal renewal, int most) {
    List<Slot> all = unwritten.stream().limit(most).toList();
    for (int from = 0; from < all.size(); from += TRANSACTION_MAX) {
      List<Slot> some = all.subList(from, Math.min(all.size(), from + TRANSACTION_MAX));
      renewal.renewIfDue();
      if (!journal.keepSlots(some.stream().map(Slot::kept).toList(), renewal.fence())) {
        throw new UnheldException();
      }
      some.forEach(unwritten::remove);
    }
  }

  /** Forgets all: the runs are somebody else's. */
  void forget() {
    atHand.clear();
    unwritten.clear();
  }

  /** Without words, which can be long, and what its run says. */
  private static ByteString brief(Verdict verdict) {
    Verdict.Builder brief =
        verdict.toBuilder()
            .clearSentence()
            .clearWaitsFor()
            .clearRollout()
            .clearRunId()
            .clearStageName();
    brief.getMetricsBuilderList().forEach(VerdictMetric.Builder::clearSentence);
    brief.getProblemsBuilderList().forEach(VerdictProblem.Builder::clearSentence);
    return brief.build().toByteString();
  }
}
