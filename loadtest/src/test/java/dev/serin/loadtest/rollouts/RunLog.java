package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RolloutTransition;
import dev.serin.v1.VerdictReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The log of a run that is over, as the API tells it, and what has to be true of it whoever died
 * while it was written: nothing is skipped, repeated or lost.
 */
record RunLog(String rollout, List<RolloutLogEntry> entries, ReplayRolloutResponse replay) {
  private static final List<Integer> STAGES = List.of(1, 2, 3);

  /** Entries of a gate: that the run waits at it, and that it is passed. */
  private static final int OF_A_GATE = 2;

  RunLog {
    entries = List.copyOf(entries);
  }

  static RunLog of(TestedRollouts rollouts, String rollout) throws Exception {
    return new RunLog(rollout, rollouts.log(rollout), rollouts.replay(rollout));
  }

  String run() {
    return entries.getFirst().getRunId();
  }

  /** Entries that a controller made. */
  int acts() {
    return Math.toIntExact(entries.stream().filter(entry -> entry.getLease() > 0).count());
  }

  /** The leases under which controllers wrote it. */
  List<Long> leases() {
    return entries.stream()
        .map(RolloutLogEntry::getLease)
        .filter(lease -> lease > 0)
        .distinct()
        .toList();
  }

  /**
   * What happened, and to which state of which stage it led: as {@code LOOK: HOLDING(1)}. Without
   * entries that tell only of a gap between looks, as where many die before they came to this run,
   * and of a hold until users report, who begin to after a server does.
   */
  List<String> moves() {
    List<RolloutLogEntry> moves = new ArrayList<>();
    boolean isHeldForData = false;
    for (RolloutLogEntry entry : entries) {
      boolean isLook = entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_LOOK;
      boolean stays = entry.getStage() == entry.getFromStage();
      boolean isGap = isLook && stays && entry.getState() == entry.getFromState();
      boolean holdsForData =
          isLook
              && entry.getState() == RolloutState.ROLLOUT_STATE_HOLDING
              && entry.getVerdict().getReason() == VerdictReason.VERDICT_REASON_DATA;
      boolean goesOn =
          isHeldForData
              && isLook
              && stays
              && entry.getState() == RolloutState.ROLLOUT_STATE_RUNNING;
      isHeldForData = holdsForData || (isHeldForData && isGap);
      if (!isGap && !holdsForData && !goesOn) {
        moves.add(entry);
      }
    }
    return moves.stream()
        .map(
            entry ->
                (entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND
                        ? end(entry.getCommand(), "ROLLOUT_COMMAND_")
                        : end(entry.getKind(), "ROLLOUT_EVENT_KIND_"))
                    + ": "
                    + end(entry.getState(), "ROLLOUT_STATE_")
                    + "("
                    + entry.getStage()
                    + ")")
        .toList();
  }

  private static String end(Enum<?> value, String begin) {
    return value.name().substring(begin.length());
  }

  /** Each entry goes on where the one before it ended, and playing the log gives the stored run. */
  void assertWhole() {
    assertThat(entries)
        .as(rollout)
        .extracting(RolloutLogEntry::getVersion)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, entries.size()).boxed().toList());
    for (int i = 1; i < entries.size(); i++) {
      RolloutLogEntry before = entries.get(i - 1);
      RolloutLogEntry entry = entries.get(i);
      assertThat(entry.getFromState()).as("%s", entry).isEqualTo(before.getState());
      assertThat(entry.getFromStage()).as("%s", entry).isEqualTo(before.getStage());
      assertThat(share(entry.getFromTraffic(), entry.getFromTrafficOf()))
          .as("%s", entry)
          .isEqualTo(share(before.getTraffic(), before.getTrafficOf()));
      assertThat(Timestamps.compare(before.getTime(), entry.getTime()))
          .as("%s", entry)
          .isNotPositive();
    }
    assertThat(entries.stream().filter(entry -> entry.getLease() == 0))
        .as("commands of %s", rollout)
        .allMatch(entry -> entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND);
    assertThat(replay.getMovesProblem()).as(rollout).isEmpty();
    assertThat(replay.getMovesHold()).as(rollout).isTrue();
    assertThat(replay.getDifferentList()).as(rollout).isEmpty();
    assertThat(replay.getLogEntries()).as(rollout).isEqualTo(entries.size());
    assertThat(replay.getEntriesList())
        .as(rollout)
        .extracting(ReplayedEntry::getOutcome)
        .doesNotContain(ReplayOutcome.REPLAY_OUTCOME_UNREADABLE);
    for (int i = 0; i < entries.size(); i++) {
      if (isJudged(entries.get(i))) {
        assertThat(replay.getEntries(i).getOutcome())
            .as("%s", entries.get(i))
            .isEqualTo(ReplayOutcome.REPLAY_OUTCOME_SAME);
      }
    }
  }

  /**
   * Each entry brought the run somewhere else: none is the one before it once more. That their gate
   * is passed leaves runs where they wait, once. Of runs that no person commands and whose stages
   * end before a period does.
   */
  private void assertNothingRepeated() {
    assertThat(entries.stream().filter(entry -> entry.getLease() == 0))
        .as("commands of %s", rollout)
        .hasSize(1);
    assertThat(
            entries.stream()
                .filter(entry -> entry.getState() == entry.getFromState())
                .filter(entry -> entry.getStage() == entry.getFromStage()))
        .as(rollout)
        .hasSizeLessThanOrEqualTo(1)
        .allMatch(entry -> entry.getState() == RolloutState.ROLLOUT_STATE_GATE);
  }

  /** Whether evidence of two arms brought a run on, or back. */
  private static boolean isJudged(RolloutLogEntry entry) {
    return entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_LOOK
        && (entry.getStage() != entry.getFromStage()
            || entry.getState() == RolloutState.ROLLOUT_STATE_ROLLING_BACK);
  }

  /** For how long the run was in a stage, and ran. */
  private Duration dwelt(int stage) {
    Duration dwelt = Duration.ZERO;
    for (int i = 1; i < entries.size(); i++) {
      RolloutLogEntry before = entries.get(i - 1);
      if (before.getStage() == stage && before.getState() == RolloutState.ROLLOUT_STATE_RUNNING) {
        dwelt =
            dwelt.plusMillis(
                Durations.toMillis(Timestamps.between(before.getTime(), entries.get(i).getTime())));
      }
    }
    return dwelt;
  }

  /**
   * Each stage was entered once and lasted as long as it has to, and it ended with the treatment
   * for everybody.
   *
   * @param dwell of each stage
   */
  void assertCompleted(Duration dwell) {
    assertNothingRepeated();
    assertThat(entered()).as(rollout).isEqualTo(STAGES);
    assertThat(STAGES).as(rollout).allMatch(stage -> dwelt(stage).compareTo(dwell) >= 0);
    assertThat(times(RolloutState.ROLLOUT_STATE_GATE)).as(rollout).isEqualTo(OF_A_GATE);
    assertThat(times(RolloutState.ROLLOUT_STATE_COMPLETED)).as(rollout).isEqualTo(1);
    assertThat(times(RolloutState.ROLLOUT_STATE_ROLLING_BACK)).as(rollout).isZero();
    RolloutLogEntry last = entries.getLast();
    assertThat(last.getState()).as(rollout).isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
    assertThat(share(last.getTraffic(), last.getTrafficOf())).as(rollout).isEqualTo(1);
  }

  /** It was taken back once, and ended with the control for everybody. */
  void assertRolledBack() {
    assertNothingRepeated();
    List<Integer> entered = entered();
    assertThat(entered).as(rollout).isEqualTo(STAGES.subList(0, entered.size()));
    assertThat(times(RolloutState.ROLLOUT_STATE_ROLLING_BACK)).as(rollout).isEqualTo(1);
    assertThat(times(RolloutState.ROLLOUT_STATE_ROLLED_BACK)).as(rollout).isEqualTo(1);
    RolloutLogEntry last = entries.getLast();
    assertThat(last.getState()).as(rollout).isEqualTo(RolloutState.ROLLOUT_STATE_ROLLED_BACK);
    assertThat(last.getTraffic()).as(rollout).isZero();
  }

  private List<Integer> entered() {
    return entries.stream()
        .filter(entry -> entry.getStage() != entry.getFromStage())
        .map(RolloutLogEntry::getStage)
        .toList();
  }

  private long times(RolloutState state) {
    return entries.stream().filter(entry -> entry.getState() == state).count();
  }

  /** Whether a receiver was told of each entry, each for the first time in the order of the log. */
  boolean isTold(NotificationLog notifications) {
    List<Integer> numbers =
        notifications.told().stream()
            .filter(told -> told.getRunId().equals(run()))
            .map(RolloutTransition::getNumber)
            .distinct()
            .toList();
    return numbers.equals(IntStream.rangeClosed(1, entries.size()).boxed().toList());
  }

  /**
   * Whatever anybody was told of runs at any time, by whichever process, is what their logs say
   * now: nothing that was known outside was taken back, or made otherwise.
   *
   * @param logs of all runs of a store
   */
  static void assertKept(
      List<RunLog> logs, List<RolloutTransition> told, Collection<RolloutRun> seen) {
    Map<String, RunLog> byRun =
        logs.stream().collect(Collectors.toMap(RunLog::run, Function.identity()));
    for (RolloutTransition transition : told) {
      RolloutLogEntry entry = entry(byRun, transition.getRunId(), transition.getNumber());
      assertThat(transition.getEventId())
          .isEqualTo("%s/%d/0", entry.getRunId(), entry.getVersion());
      assertThat(transition.getTime()).as("%s", transition).isEqualTo(entry.getTime());
      assertThat(transition.getState()).as("%s", transition).isEqualTo(entry.getState());
      assertThat(transition.getStage()).as("%s", transition).isEqualTo(entry.getStage());
      assertThat(transition.getTrafficShare())
          .as("%s", transition)
          .isEqualTo(share(entry.getTraffic(), entry.getTrafficOf()));
    }
    for (RolloutRun run : seen) {
      if (!run.getRunId().isEmpty()) {
        RolloutLogEntry entry = entry(byRun, run.getRunId(), run.getVersion());
        assertThat(run.getSince()).as("%s", run).isEqualTo(entry.getTime());
        assertThat(run.getState()).as("%s", run).isEqualTo(entry.getState());
        assertThat(run.getStage()).as("%s", run).isEqualTo(entry.getStage());
      }
    }
  }

  private static RolloutLogEntry entry(Map<String, RunLog> byRun, String run, long version) {
    RunLog log = byRun.get(run);
    if (log == null || version < 1 || version > log.entries.size()) {
      throw new AssertionError(
          "entry %d of run %s (expected: in one of the logs %s)".formatted(version, run, byRun));
    }
    return log.entries.get(Math.toIntExact(version - 1));
  }

  /**
   * Whatever was served of these runs has its entry and the other way round; in the order in which
   * it was committed, no lease follows a newer one.
   *
   * @param rows all that was ever served of them
   */
  static void assertServed(List<RunLog> logs, List<ServedRow> rows) {
    Map<String, Iterator<RolloutLogEntry>> serving = new HashMap<>();
    for (RunLog log : logs) {
      List<RolloutLogEntry> moves = log.entries.stream().filter(RunLog::isServed).toList();
      assertThat(rows.stream().filter(row -> row.run().equals(log.run())))
          .as(log.rollout)
          .containsExactlyElementsOf(moves.stream().map(RunLog::row).toList());
      serving.put(log.run(), moves.iterator());
    }
    List<RolloutLogEntry> inOrder = new ArrayList<>();
    for (ServedRow row : rows) {
      Iterator<RolloutLogEntry> moves = serving.get(row.run());
      if (moves == null) {
        throw new AssertionError(row + " (expected: of a run of " + serving.keySet() + ")");
      }
      inOrder.add(moves.next());
    }
    assertLeasesRise(inOrder);
  }

  /** Of all runs of servers with one clock: who lost the lease wrote nothing after that. */
  static void assertFenced(List<RunLog> logs) {
    logs.forEach(log -> assertLeasesRise(log.entries));
    assertLeasesRise(
        logs.stream()
            .flatMap(log -> log.entries.stream())
            .sorted(
                Comparator.comparing(RolloutLogEntry::getTime, Timestamps.comparator())
                    .thenComparingLong(RolloutLogEntry::getLease))
            .toList());
  }

  private static void assertLeasesRise(List<RolloutLogEntry> entries) {
    long newest = 0;
    for (RolloutLogEntry entry : entries) {
      // A command needs none.
      if (entry.getLease() > 0) {
        assertThat(entry.getLease()).as("%s", entry).isGreaterThanOrEqualTo(newest);
        newest = entry.getLease();
      }
    }
  }

  private static boolean isServed(RolloutLogEntry entry) {
    return entry.getVersion() == 1
        || isOver(entry.getState())
        || share(entry.getTraffic(), entry.getTrafficOf())
            != share(entry.getFromTraffic(), entry.getFromTrafficOf());
  }

  private static boolean isOver(RolloutState state) {
    return state == RolloutState.ROLLOUT_STATE_COMPLETED
        || state == RolloutState.ROLLOUT_STATE_ROLLED_BACK
        || state == RolloutState.ROLLOUT_STATE_CANCELLED;
  }

  private static ServedRow row(RolloutLogEntry entry) {
    return new ServedRow(
        entry.getRunId(),
        !isOver(entry.getState()),
        entry.getStage(),
        share(entry.getTraffic(), entry.getTrafficOf()));
  }

  private static double share(int parts, int of) {
    return (double) parts / of;
  }
}
