package dev.serin.server.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.KeptSlot;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredMoment;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictMetric;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the runs of a feature stood, minute by minute of the last day: by their logs, which every
 * replica can read, with what the holder of the lease kept of its looks. Safe for all threads;
 * blocks for the store.
 */
public final class RunSlots {
  private final Journal journal;
  private final Runs runs;
  private final InstantSource clock;

  /** Those of a store. */
  public RunSlots(Journal journal, InstantSource clock) {
    this.journal = journal;
    this.clock = clock;
    runs = new Runs(journal);
  }

  /** Minutes since 1970. */
  private record Minutes(long from, long until) {}

  /**
   * Where a run stands after an entry of its log.
   *
   * @param killed whether the kill switch is set
   */
  private record Stood(long timeMillis, RunMessages.Standing standing, boolean killed) {}

  /**
   * Returns the minutes of runs from that in which they began to that in which they ended, by time,
   * then by rollout. Stops after the first by which there is more than is wanted.
   */
  public List<RolloutSlot> of(SlotQuestion question) {
    long now = KeptSlot.minute(clock.millis());
    Minutes minutes =
        new Minutes(
            Math.max(
                Math.ceilDiv(question.fromMillis(), KeptSlot.MINUTE_MILLIS),
                now - KeptSlot.KEPT_MINUTES + 1),
            Math.min(Math.ceilDiv(question.untilMillis(), KeptSlot.MINUTE_MILLIS), now + 1));
    long sinceMillis = minutes.from() * KeptSlot.MINUTE_MILLIS;
    List<RolloutSlot> slots = new ArrayList<>();
    int left = question.most();
    for (String run : journal.onFeature(question.namespace(), question.feature(), sinceMillis)) {
      List<RolloutSlot> ofRun =
          runs.find(run).map(it -> of(it, minutes, question.metrics())).orElse(List.of());
      for (RolloutSlot slot : ofRun) {
        slots.add(slot);
        left -= Math.max(1, slot.getVerdict().getMetricsCount());
        if (left < 0) {
          return slots;
        }
      }
    }
    slots.sort(Comparator.comparingLong(slot -> slot.getTime().getSeconds()));
    return slots;
  }

  private List<RolloutSlot> of(RunReading run, Minutes minutes, Set<String> metrics) {
    String id = run.stored().origin().run();
    List<Stood> log = log(id, minutes.until() * KeptSlot.MINUTE_MILLIS);
    Map<Long, KeptSlot> seen = new HashMap<>();
    journal
        .slots(id, minutes.from(), minutes.until())
        .forEach(slot -> seen.put(slot.minute(), slot));
    List<RolloutSlot> slots = new ArrayList<>();
    int passed = passed(log, 0, minutes.from());
    for (long minute = minutes.from(); minute < minutes.until(); minute++) {
      boolean ended = passed > 0 && log.get(passed - 1).standing().ended();
      passed = passed(log, passed, minute + 1);
      if (passed > 0 && !ended) {
        RolloutSlot.Builder slot = slot(minute, run, log.get(passed - 1));
        KeptSlot kept = seen.get(minute);
        if (kept != null) {
          slot.setLooks(kept.looks());
          verdict(kept, run, metrics).ifPresent(slot::setVerdict);
        }
        slots.add(slot.build());
      }
    }
    return slots;
  }

  /** How many entries lie before a minute, of which some are known to. */
  private static int passed(List<Stood> log, int known, long minute) {
    int passed = known;
    while (passed < log.size() && log.get(passed).timeMillis() < minute * KeptSlot.MINUTE_MILLIS) {
      passed++;
    }
    return passed;
  }

  private List<Stood> log(String run, long untilMillis) {
    List<Stood> log = new ArrayList<>();
    boolean killed = false;
    for (StoredMoment moment : journal.moments(run, untilMillis)) {
      killed = isKilled(moment, killed);
      log.add(new Stood(moment.timeMillis(), RunMessages.Standing.after(moment), killed));
    }
    return log;
  }

  private static boolean isKilled(StoredMoment moment, boolean before) {
    try {
      return EventCodec.decode(moment.event()) instanceof Event.Command command
          ? switch (command.kind()) {
            case KILL -> true;
            case REVIVE -> false;
            default -> before;
          }
          : before;
    } catch (IllegalArgumentException _) {
      // Of a newer version, which does what this one does not know.
      return before;
    }
  }

  private static RolloutSlot.Builder slot(long minute, RunReading run, Stood stood) {
    RunOrigin origin = run.stored().origin();
    RunMessages.Standing standing = stood.standing();
    RolloutSlot.Builder slot =
        RolloutSlot.newBuilder()
            .setTime(Timestamps.fromMillis(minute * KeptSlot.MINUTE_MILLIS))
            .setRollout(origin.rollout())
            .setRunId(origin.run())
            .setState(RunMessages.state(standing.phase()))
            .setStage(standing.stage())
            .setStageName(name(run.plan(), standing.stage()));
    if (stood.killed()) {
      slot.setTrafficShare(0);
    } else {
      standing.traffic(run.plan()).ifPresent(share -> slot.setTrafficShare(share.fraction()));
    }
    return slot;
  }

  private static String name(Optional<RolloutPlan> plan, int stage) {
    return plan.map(it -> RunMessages.name(it, stage)).orElse("");
  }

  /** Empty: damaged, which is no reason to show nothing else. */
  private static Optional<Verdict> verdict(KeptSlot kept, RunReading run, Set<String> metrics) {
    Verdict verdict;
    try {
      verdict = Verdict.parseFrom(kept.verdict());
    } catch (InvalidProtocolBufferException _) {
      return Optional.empty();
    }
    List<VerdictMetric> shown =
        verdict.getMetricsList().stream()
            .filter(metric -> metrics.isEmpty() || metrics.contains(metric.getMetric()))
            .toList();
    RunOrigin origin = run.stored().origin();
    return Optional.of(
        verdict.toBuilder()
            .clearMetrics()
            .addAllMetrics(shown)
            .setRollout(origin.rollout())
            .setRunId(origin.run())
            .setStageName(name(run.plan(), verdict.getStage()))
            .build());
  }
}
