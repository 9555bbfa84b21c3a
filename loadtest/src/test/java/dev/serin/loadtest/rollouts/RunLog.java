package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The log of a run that is over, as the API tells it, and what has to be true of it whoever died
 * while it was written: nothing is skipped, repeated or lost.
 */
record RunLog(String rollout, List<RolloutLogEntry> entries, ReplayRolloutResponse replay) {
  private static final List<Integer> STAGES = List.of(1, 2, 3);

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
    assertThat(replay.getMovesProblem()).as(rollout).isEmpty();
    assertThat(replay.getMovesHold()).as(rollout).isTrue();
    assertThat(replay.getDifferentList()).as(rollout).isEmpty();
    assertThat(replay.getLogEntries()).as(rollout).isEqualTo(entries.size());
    assertThat(replay.getEntriesList())
        .as(rollout)
        .extracting(ReplayedEntry::getOutcome)
        .doesNotContain(ReplayOutcome.REPLAY_OUTCOME_UNREADABLE);
  }

  /** Each stage was entered once, and it ended with the treatment for everybody. */
  void assertCompleted() {
    assertThat(entered()).as(rollout).isEqualTo(STAGES);
    assertThat(times(RolloutState.ROLLOUT_STATE_COMPLETED)).as(rollout).isEqualTo(1);
    assertThat(times(RolloutState.ROLLOUT_STATE_ROLLING_BACK)).as(rollout).isZero();
    RolloutLogEntry last = entries.getLast();
    assertThat(last.getState()).as(rollout).isEqualTo(RolloutState.ROLLOUT_STATE_COMPLETED);
    assertThat(share(last.getTraffic(), last.getTrafficOf())).as(rollout).isEqualTo(1);
  }

  /** It was taken back once, and ended with the control for everybody. */
  void assertRolledBack() {
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
    List<Long> told = notifications.entries(run());
    return told.equals(entries.stream().map(RolloutLogEntry::getVersion).toList());
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
