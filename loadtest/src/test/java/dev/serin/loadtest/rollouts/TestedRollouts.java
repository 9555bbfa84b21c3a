package dev.serin.loadtest.rollouts;

import com.google.protobuf.util.Durations;
import dev.serin.client.outcome.OutcomeReporter;
import dev.serin.loadtest.workload.SplitFeatures;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Gate;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.Guardrail;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Notification;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Rollouts of three short stages, with a gate before the second one, over the ordinary API, of
 * servers that may be gone at any moment: what is only read is asked for until it is answered, what
 * changes something is sent again under the same request id.
 */
final class TestedRollouts {
  /** Share of requests that fail, of the control and of a good treatment. */
  private static final double USUAL = 0.02;

  /** Of a bad treatment. */
  private static final double WORSE = 0.6;

  /** So small that none of these runs is rolled back for nothing, whatever its draw. */
  private static final double ALPHA = 1e-4;

  /**
   * Of each arm: more than may be served and not reported yet, so that a bad run is found in time
   * whoever dies.
   */
  static final int MINIMUM_USERS = 120;

  /** Outcomes of all runs on their way with which nobody calls any more. */
  private static final int UNREPORTED_MAX = 150;

  /** Before the second stage; the shortest that there is. */
  private static final Duration BAKE = Duration.ofSeconds(1);

  private static final int PAGE = 1_000;
  private static final int LIMIT_SECONDS = 10;
  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("ada").setReason("crash test").build();

  private final ManagedChannel channel;
  private final Set<RolloutRun> seen = new LinkedHashSet<>();

  /** Of the server of a channel, which stays the caller's. */
  TestedRollouts(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Whether few enough outcomes are on their way: those of a server that is gone stay there. */
  static boolean mayCall(OutcomeReporter reporter) {
    return reporter.stats().queued() < UNREPORTED_MAX;
  }

  /** One of which nothing is worse. */
  static WatchedRun good(String key) {
    return run(key, USUAL);
  }

  /** One whose treatment fails often from the beginning. */
  static WatchedRun bad(String key) {
    return run(key, WORSE);
  }

  private static WatchedRun run(String key, double worse) {
    Duration any = Duration.ofMinutes(1);
    return new WatchedRun(
        key,
        0.25,
        new RolloutSettings(1, List.of(0.25), 1, USUAL, worse, Duration.ZERO, any, any, 1));
  }

  /**
   * Makes their features and rollouts. Once for a store, by a server that is not killed meanwhile.
   *
   * @param dwell of each stage
   * @param notify where every transition is posted; empty: nowhere
   */
  void create(List<WatchedRun> runs, Duration dwell, Optional<String> notify) throws Exception {
    create(runs.stream().map(run -> rollout(run.key(), dwell, notify)).toList());
  }

  /**
   * Makes rollouts of this kind and their features, as {@link #create(List, Duration, Optional)}.
   */
  void create(List<Rollout> documents) throws Exception {
    awaitServer();
    var features = new SplitFeatures(channel, RolloutDocuments.NAMESPACE);
    features.create(
        documents.stream()
            .map(
                rollout ->
                    SplitFeatures.feature(
                        rollout.getFeature(),
                        List.of(
                            Metric.newBuilder()
                                .setKey(WatchedRun.ERROR)
                                .setKind(MetricKind.METRIC_KIND_EVENT)
                                .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
                                .build())))
            .toList());
    for (Rollout rollout : documents) {
      var _ =
          rollouts()
              .applyRollout(
                  ApplyRolloutRequest.newBuilder()
                      .setNamespace(RolloutDocuments.NAMESPACE)
                      .setRollout(rollout)
                      .setNote(NOTE)
                      .build());
    }
    var _ = features.token(documents.getLast().getFeature(), "somebody");
  }

  private static Rollout rollout(String key, Duration dwell, Optional<String> notify) {
    var rollout =
        head(key)
            .addStages(
                stage("canary", StageKind.STAGE_KIND_CANARY, 40, dwell)
                    .setMinimumUsers(MINIMUM_USERS))
            .addStages(
                stage("expand", StageKind.STAGE_KIND_EXPAND, 60, dwell)
                    .setMinimumUsers(MINIMUM_USERS)
                    .addGates(Gate.newBuilder().setBake(Durations.fromMillis(BAKE.toMillis()))))
            .addStages(stage("full", StageKind.STAGE_KIND_FULL, 100, dwell));
    notify.ifPresent(url -> rollout.addNotify(Notification.newBuilder().setUrl(url)));
    return rollout.build();
  }

  /** A rollout of the feature of the same key, without stages. */
  static Rollout.Builder head(String key) {
    return Rollout.newBuilder()
        .setKey(key)
        .setFeature(key)
        .setSplit("all")
        .setTreatment(WatchedRun.TREATMENT)
        .setControl("off")
        .setAlpha(ALPHA)
        .addGuardrails(Guardrail.newBuilder().setMetric(WatchedRun.ERROR).setAbsoluteMargin(0));
  }

  static Stage.Builder stage(String name, StageKind kind, int share, Duration dwell) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(share)
        .setDwell(Durations.fromMillis(dwell.toMillis()));
  }

  /** Waits until the server answers. */
  void awaitServer() throws Exception {
    Await.until("a server", this::isThere);
  }

  private boolean isThere() throws Exception {
    return answered(
            () ->
                rollouts()
                    .listRollouts(ListRolloutsRequest.newBuilder().setNamespace("default").build()))
        .isPresent();
  }

  /** Starts those that have not begun, as far as the server lives; to be called again. */
  void start(List<WatchedRun> runs) throws Exception {
    for (WatchedRun run : runs) {
      if (!run.hasBegun()) {
        var request =
            StartRolloutRequest.newBuilder()
                .setNamespace(RolloutDocuments.NAMESPACE)
                .setRollout(run.key())
                .setNote(NOTE)
                .setRequestId("start-" + run.key())
                .build();
        if (answered(() -> rollouts().startRollout(request)).isEmpty()) {
          return;
        }
        run.begin(Instant.now());
      }
    }
  }

  /** Commands a run; the server has to live. */
  void command(String rollout, RolloutCommand command) {
    var _ =
        rollouts()
            .commandRollout(
                CommandRolloutRequest.newBuilder()
                    .setNamespace(RolloutDocuments.NAMESPACE)
                    .setRollout(rollout)
                    .setCommand(command)
                    .setNote(NOTE)
                    .build());
  }

  /**
   * Commands a run of a version, as far as the server lives; to be called again while the run has
   * that version.
   */
  void command(String rollout, RolloutCommand command, long version) throws Exception {
    var request =
        CommandRolloutRequest.newBuilder()
            .setNamespace(RolloutDocuments.NAMESPACE)
            .setRollout(rollout)
            .setCommand(command)
            .setExpectedVersion(version)
            .setNote(NOTE)
            .setRequestId(rollout + "-" + version)
            .build();
    try {
      var _ = answered(() -> rollouts().commandRollout(request));
    } catch (StatusRuntimeException moved) {
      // It has another version by now.
      if (moved.getStatus().getCode() != Status.Code.ABORTED) {
        throw moved;
      }
    }
  }

  /** The newest runs as the server tells of them; empty: it does not live. */
  List<RolloutRun> newest() throws Exception {
    List<RolloutRun> newest =
        answered(
                () ->
                    rollouts()
                        .listRollouts(
                            ListRolloutsRequest.newBuilder()
                                .setNamespace(RolloutDocuments.NAMESPACE)
                                .setPageSize(PAGE)
                                .build())
                        .getRunsList())
            .orElse(List.of());
    seen.addAll(newest);
    return newest;
  }

  /** Whether the server lives, and says that all these runs have begun and are over. */
  boolean areOver(List<WatchedRun> runs) throws Exception {
    List<String> keys = runs.stream().map(WatchedRun::key).toList();
    long over =
        newest().stream()
            .filter(run -> keys.contains(run.getRollout()))
            .filter(run -> !run.getRunId().isEmpty() && !run.getActive())
            .count();
    return over == keys.size();
  }

  /** What {@link #newest} was told of runs while they were under way, by whichever process. */
  Set<RolloutRun> seen() {
    return Set.copyOf(seen);
  }

  /** A rollout's newest run, with what its log says. */
  RolloutRun run(String rollout) throws Exception {
    return read("run of " + rollout, () -> get(rollout));
  }

  /** The same as far as the server lives; empty: it does not. */
  Optional<RolloutRun> now(String rollout) throws Exception {
    return answered(() -> get(rollout));
  }

  private RolloutRun get(String rollout) {
    return rollouts()
        .getRollout(
            GetRolloutRequest.newBuilder()
                .setNamespace(RolloutDocuments.NAMESPACE)
                .setRollout(rollout)
                .build())
        .getRun();
  }

  /** The whole log of a rollout's newest run. */
  List<RolloutLogEntry> log(String rollout) throws Exception {
    List<RolloutLogEntry> log = new ArrayList<>();
    var request =
        ListRolloutHistoryRequest.newBuilder()
            .setNamespace(RolloutDocuments.NAMESPACE)
            .setRollout(rollout)
            .setPageSize(PAGE);
    do {
      var page = request.build();
      ListRolloutHistoryResponse answer =
          read("log of " + rollout, () -> rollouts().listRolloutHistory(page));
      log.addAll(answer.getEntriesList());
      request.setPageToken(answer.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return log;
  }

  /** Has a rollout's newest run played and judged again. */
  ReplayRolloutResponse replay(String rollout) throws Exception {
    return read(
        "replay of " + rollout,
        () ->
            rollouts()
                .replayRollout(
                    ReplayRolloutRequest.newBuilder()
                        .setNamespace(RolloutDocuments.NAMESPACE)
                        .setRollout(rollout)
                        .build()));
  }

  /** How many of some users are served the treatment. */
  long treated(String feature, int users) throws Exception {
    var decisions = DecisionServiceGrpc.newBlockingStub(channel);
    long treated = 0;
    for (int i = 0; i < users; i++) {
      var request =
          EvaluateRequest.newBuilder()
              .setNamespace(RolloutDocuments.NAMESPACE)
              .setFeature(feature)
              .setUserKey("visitor-" + i)
              .setRecordExposure(false)
              .build();
      String variant =
          read(
              "variant",
              () ->
                  decisions
                      .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
                      .evaluate(request)
                      .getVariant());
      treated += variant.equals(WatchedRun.TREATMENT) ? 1 : 0;
    }
    return treated;
  }

  private RolloutServiceBlockingStub rollouts() {
    return RolloutServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private <T> T read(String what, Callable<T> call) throws Exception {
    List<T> answers = new ArrayList<>();
    Await.until(what, () -> answered(call).map(answers::add).orElse(false));
    return answers.getFirst();
  }

  /** What a call was answered; empty: nobody did, or not in time. */
  private <T> Optional<T> answered(Callable<T> call) throws Exception {
    try {
      return Optional.of(call.call());
    } catch (StatusRuntimeException failure) {
      if (!isAway(failure.getStatus())) {
        throw failure;
      }
      // At once when it is back, not after a pause that grows.
      channel.resetConnectBackoff();
      return Optional.empty();
    }
  }

  /** Of a server that is gone, stopped, or not ready yet. */
  private static boolean isAway(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> true;
      // What a call gets from this side that began just when the connection broke. A server's own
      // answer has no cause.
      case UNKNOWN -> status.getCause() instanceof IOException;
      default -> false;
    };
  }
}
