package dev.serin.server.cli;

import dev.serin.v1.ChangeNote;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.MetricRole;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.VerdictMetric;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The demo's rollouts: started, looked at each second, and told at their end, through the public
 * API. For one thread.
 */
final class DemoRollouts {
  /** How long an answer may take that the table waits for. */
  private static final int DEADLINE_MILLIS = 2_000;

  /** How long any other may take: the first calls of a server on a busy machine take seconds. */
  private static final int PATIENT_MILLIS = 15_000;

  private static final int MAX_ENTRIES = 1_000;

  /** Of a process that a metric does not have. */
  private static final double NOTHING = Double.NEGATIVE_INFINITY;

  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("demo").setReason("the demo began").build();

  private final List<String> keys;
  private final RolloutServiceBlockingStub stub;
  private final DemoTally tally;
  private final Map<String, GetRolloutResponse> newest = new TreeMap<>();

  /** Rollouts that were not started by this demo yet. */
  DemoRollouts(List<String> keys, ManagedChannel channel, DemoTally tally) {
    this.keys = List.copyOf(keys);
    this.stub = RolloutServiceGrpc.newBlockingStub(channel);
    this.tally = tally;
  }

  /**
   * Starts them; one that runs already, since a demo before this one was killed, goes on.
   *
   * @throws StatusRuntimeException where one cannot be started
   */
  void start() {
    for (String key : keys) {
      try {
        var _ =
            within(PATIENT_MILLIS)
                .startRollout(
                    StartRolloutRequest.newBuilder().setRollout(key).setNote(NOTE).build());
      } catch (StatusRuntimeException failure) {
        if (failure.getStatus().getCode() != Status.Code.FAILED_PRECONDITION
            || !get(key).getRun().getActive()) {
          throw failure;
        }
      }
    }
  }

  /** Asks how they stand. What cannot be asked stands as it did. */
  void look() {
    for (String key : keys) {
      try {
        newest.put(key, get(key));
      } catch (StatusRuntimeException failure) {
        Status status = failure.getStatus();
        tally.refused("rollout " + key + ": " + status.getCode() + " " + status.getDescription());
      }
    }
  }

  /** Whether all of them are over. */
  boolean ended() {
    return newest.size() == keys.size()
        && newest.values().stream().noneMatch(rollout -> rollout.getRun().getActive());
  }

  /** How they stand, one line each, and what speaks against them. */
  List<String> lines(Terminal terminal) {
    return newest.values().stream()
        .map(
            rollout ->
                RolloutText.line(rollout.getRun(), terminal)
                    + terminal.dim(evidence(rollout.getProgress())))
        .toList();
  }

  /** What happened and why, entry by entry of each log. */
  List<String> story(Terminal terminal) {
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      var log =
          within(PATIENT_MILLIS)
              .listRolloutHistory(
                  ListRolloutHistoryRequest.newBuilder()
                      .setRollout(key)
                      .setPageSize(MAX_ENTRIES)
                      .build());
      lines.add("");
      lines.add(RolloutText.line(log.getRun(), terminal));
      log.getEntriesList().forEach(entry -> lines.add("  " + RolloutText.line(entry)));
    }
    return lines;
  }

  /** The guardrail that comes closest to its threshold. */
  private static String evidence(RolloutProgress progress) {
    return progress.getVerdict().getMetricsList().stream()
        .filter(metric -> metric.getRole() == MetricRole.METRIC_ROLE_GUARDRAIL)
        .max(Comparator.comparingDouble(DemoRollouts::beyond))
        .map(
            metric ->
                Texts.printable(
                    "; odds that "
                        + metric.getMetric()
                        + " is worse: "
                        + Odds.text(Math.max(metric.getRunLogE(), metric.getStageLogE()))
                        + ", needed "
                        + Odds.text(
                            metric.hasRunThreshold()
                                ? metric.getRunThreshold()
                                : metric.getStageThreshold())))
        .orElse("");
  }

  private static double beyond(VerdictMetric metric) {
    double run = metric.hasRunLogE() ? metric.getRunLogE() - metric.getRunThreshold() : NOTHING;
    double stage =
        metric.hasStageLogE() ? metric.getStageLogE() - metric.getStageThreshold() : NOTHING;
    return Math.max(run, stage);
  }

  private GetRolloutResponse get(String key) {
    return within(DEADLINE_MILLIS)
        .getRollout(GetRolloutRequest.newBuilder().setRollout(key).build());
  }

  private RolloutServiceBlockingStub within(int millis) {
    return stub.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
  }
}
