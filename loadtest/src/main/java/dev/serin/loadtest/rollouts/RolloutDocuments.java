package dev.serin.loadtest.rollouts;

import com.google.protobuf.util.Durations;
import dev.serin.loadtest.workload.SplitFeatures;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.Feature;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The rollouts' features and documents, made and started over the ordinary API. */
final class RolloutDocuments {
  static final String NAMESPACE = "rollouts";

  /** Of a feature that has no rollout, to warm the server up. */
  static final String WARM_UP = "warm-up";

  private static final int LIMIT_SECONDS = 60;
  private static final int HALF = 50;
  private static final List<Integer> LATER = List.of(60, 80);
  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("loadtest").setReason("rollouts side by side").build();

  private final ManagedChannel channel;

  RolloutDocuments(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Makes all of them. */
  void create(List<WatchedRun> runs, Duration stage) {
    var features = new SplitFeatures(channel, NAMESPACE);
    features.create(
        Stream.concat(Stream.of(WARM_UP), runs.stream().map(WatchedRun::key))
            .map(RolloutDocuments::feature)
            .toList());
    for (WatchedRun run : runs) {
      var _ =
          rollouts()
              .applyRollout(
                  ApplyRolloutRequest.newBuilder()
                      .setNamespace(NAMESPACE)
                      .setRollout(rollout(run, stage))
                      .setNote(NOTE)
                      .build());
    }
    var _ = features.token(WARM_UP, "somebody");
  }

  /** Starts one; its first stage is the run's from then on. */
  void start(WatchedRun run) {
    var _ =
        rollouts()
            .startRollout(
                StartRolloutRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setRollout(run.key())
                    .setNote(NOTE)
                    .build());
  }

  RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static Feature feature(String key) {
    return SplitFeatures.feature(
        key,
        List.of(
            Metric.newBuilder()
                .setKey(WatchedRun.ERROR)
                .setKind(MetricKind.METRIC_KIND_EVENT)
                .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
                .build()));
  }

  /** Four stages; in the first both arms are half of the users. */
  private static Rollout rollout(WatchedRun run, Duration stage) {
    var rollout =
        Rollout.newBuilder()
            .setKey(run.key())
            .setFeature(run.key())
            .setSplit("all")
            .setTreatment(WatchedRun.TREATMENT)
            .setControl("off")
            .addStages(stage("half", StageKind.STAGE_KIND_EXPAND, HALF, stage));
    for (int share : LATER) {
      rollout.addStages(stage("to-" + share, StageKind.STAGE_KIND_EXPAND, share, stage));
    }
    return rollout
        .addStages(stage("all", StageKind.STAGE_KIND_FULL, 100, stage))
        .addGuardrails(Guardrail.newBuilder().setMetric(WatchedRun.ERROR).setMargin(run.margin()))
        .build();
  }

  private static Stage.Builder stage(String name, StageKind kind, int share, Duration dwell) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(share)
        .setDwell(Durations.fromMillis(dwell.toMillis()));
  }
}
