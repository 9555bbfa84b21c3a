package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.catalog.Note;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.report.AnalysisServiceAdapter;
import dev.serin.server.report.Exports;
import dev.serin.server.report.LiveVerdicts;
import dev.serin.server.report.ReportedFeature;
import dev.serin.server.report.ReportedFeatures;
import dev.serin.server.report.ViewQuestions;
import dev.serin.server.rollout.RunSlots;
import dev.serin.server.rollout.SlotQuestion;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.store.TestStore;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.GetTimeSeriesResponse;
import dev.serin.v1.MetricRole;
import dev.serin.v1.RolloutSlot;
import dev.serin.v1.RolloutState;
import dev.serin.v1.VerdictAction;
import dev.serin.v1.VerdictMetric;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What GetTimeSeries says of rollouts, over gRPC, on real stores, by a clock that is moved. */
@ParameterizedClass
@EnumSource(TestStore.class)
class RunSlotsTest {
  private static final String STAGES =
      """
      - {name: canary, kind: canary, share: 10, dwell: 70s, minimum_users: 10}
      - {name: half, kind: expand, share: 50, dwell: 1h, minimum_users: 10}
      - {name: full, kind: full, share: 100, dwell: 1h}
      """;

  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica process;

  RunSlotsTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    process = world.process();
    world.apply(ERRORS, feature("checkout"), rollout("checkout", STAGES, ""));
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  /** A replica of which nothing is known but the store. */
  private GetTimeSeriesResponse asked(GetTimeSeriesRequest request) throws IOException {
    CommittedFeed feed = new CommittedFeed();
    try (Exports exports = new Exports(feed)) {
      AnalysisServiceAdapter service =
          new AnalysisServiceAdapter(
              new Features(),
              new EmptyView(),
              exports,
              LiveVerdicts.NONE,
              new RunSlots(world.journal, () -> world.now)::of,
              () -> world.now);
      String name = InProcessServerBuilder.generateName();
      Server server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(ErrorInterceptor.guard(service))
              .build()
              .start();
      ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
      try {
        return AnalysisServiceGrpc.newBlockingStub(channel).getTimeSeries(request);
      } finally {
        channel.shutdownNow();
        server.shutdownNow();
      }
    }
  }

  private List<RolloutSlot> slots() throws IOException {
    return asked(GetTimeSeriesRequest.newBuilder().setFeature("checkout").build())
        .getRolloutsList();
  }

  private record Features() implements ReportedFeatures {
    @Override
    public ReportedFeature find(String namespace, String feature) {
      return new ReportedFeature(namespace, feature, "off", List.of(), List.of());
    }

    @Override
    public void requireNamespace(String namespace) {
      // There is one for all that is asked.
    }
  }

  private record EmptyView() implements ViewQuestions {
    @Override
    public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
      return CompletableFuture.completedFuture(question.apply(new MergedView()));
    }
  }

  private static VerdictMetric errors(RolloutSlot slot) {
    return slot.getVerdict().getMetricsList().getFirst();
  }

  /** As {@code RUNNING canary 0.1}. */
  private static List<String> standings(List<RolloutSlot> slots) {
    return slots.stream()
        .map(
            slot ->
                slot.getState().name().replace("ROLLOUT_STATE_", "")
                    + " "
                    + slot.getStageName()
                    + " "
                    + slot.getTrafficShare())
        .toList();
  }

  @Test
  void rollout_overGrpc_isItsStagesLooksAndEvidenceByMinute() throws IOException {
    process.command(CommandKind.START, "checkout");
    String run = world.run("checkout").stored().origin().run();
    world.seconds(process, 120);
    world.traffic.treatmentErrors.put("checkout", 0.01);
    world.seconds(process, 600);
    process.controller.close();
    assertThat(world.phases("checkout")).last().isEqualTo("ROLLED_BACK(2)");

    List<RolloutSlot> slots = slots();

    assertThat(standings(slots))
        .startsWith("RUNNING canary 0.1", "RUNNING half 0.5", "RUNNING half 0.5")
        .endsWith("ROLLED_BACK half 0.0")
        .hasSizeBetween(4, 7);
    assertThat(slots.getFirst().getTime())
        .isEqualTo(Timestamps.fromMillis(ControlWorld.BEGIN.toEpochMilli()));
    assertThat(slots).extracting(RolloutSlot::getRollout).containsOnly("checkout");
    assertThat(slots).extracting(RolloutSlot::getRunId).containsOnly(run);
    assertThat(slots).extracting(RolloutSlot::getLooks).startsWith(59, 60, 60);
    // In the minute of the end there may have been nothing left to look at.
    List<RolloutSlot> looked = slots.stream().filter(RolloutSlot::hasVerdict).toList();
    assertThat(looked)
        .allSatisfy(
            slot -> {
              assertThat(slot.getVerdict().getRunId()).isEqualTo(run);
              assertThat(slot.getVerdict().getTreatmentUsers()).isPositive();
              assertThat(slot.getVerdict().getControlUsers()).isPositive();
            });
    assertThat(looked)
        .extracting(slot -> slot.getVerdict().getStageName())
        .startsWith("canary", "half");
    assertThat(looked.stream().skip(1).map(slot -> errors(slot).getRunLogE()).toList())
        .as("evidence since errors became more")
        .hasSizeGreaterThan(2)
        .isSorted()
        .doesNotHaveDuplicates();
    VerdictMetric last = errors(looked.getLast());
    assertThat(last.getRole()).isEqualTo(MetricRole.METRIC_ROLE_GUARDRAIL);
    assertThat(last.getWorse()).isTrue();
    assertThat(last.getRunThreshold()).isPositive();
    assertThat(last.getMargin()).isPositive();
    assertThat(last.getTreatmentWithEvent()).isPositive();
    assertThat(last.hasRatioLower()).isTrue();
    assertThat(looked.getLast().getVerdict().getAction())
        .isEqualTo(VerdictAction.VERDICT_ACTION_ROLL_BACK);
  }

  @Test
  void minutes_ofAHolderThatDied_areGoneOnWithByTheNext() throws IOException {
    process.command(CommandKind.START, "checkout");
    world.seconds(process, 20);
    world.dismiss();
    ControlWorld.Replica next = world.process();
    world.seconds(next, 45);
    next.controller.close();

    List<RolloutSlot> slots = slots();

    // What the dead one saw and had not written yet is lost: looks of less than five seconds.
    assertThat(slots.getFirst().getLooks()).isBetween(59 - 5, 59);
    assertThat(slots.getLast().getLooks()).isEqualTo(6);
    assertThat(slots).hasSize(2);
  }

  @Test
  void minutes_withoutALook_areWhatTheLogSays() throws IOException {
    process.command(CommandKind.START, "checkout");
    world.seconds(process, 2);
    world.catalog.kill("default", "checkout", new Note("eve", ""));
    world.seconds(process, 1);
    world.now = world.now.plusSeconds(120);
    world.seconds(process, 1);
    world.catalog.revive("default", "checkout", new Note("eve", ""));
    world.seconds(process, 1);
    process.command(CommandKind.CANCEL, "checkout");
    process.controller.close();
    world.now = world.now.plusSeconds(600);

    assertThat(standings(slots()))
        .containsExactly("HOLDING canary 0.0", "HOLDING canary 0.0", "CANCELLED canary 0.0");
    assertThat(slots()).extracting(RolloutSlot::getLooks).containsExactly(3, 0, 2);

    GetTimeSeriesRequest later =
        GetTimeSeriesRequest.newBuilder()
            .setFeature("checkout")
            .setFrom(Timestamps.fromMillis(ControlWorld.BEGIN.toEpochMilli() + 1))
            .setUntil(Timestamps.fromMillis(ControlWorld.BEGIN.toEpochMilli() + 60_001))
            .build();
    assertThat(asked(later).getRolloutsList())
        .singleElement()
        .extracting(RolloutSlot::getState)
        .isEqualTo(RolloutState.ROLLOUT_STATE_HOLDING);
    world.now = world.now.plus(Duration.ofDays(1));
    assertThat(asked(later).getRolloutsList()).isEmpty();
  }

  @Test
  void metrics_thatAreNotAskedFor_areLeftOut() throws IOException {
    process.command(CommandKind.START, "checkout");
    world.seconds(process, 10);

    RunSlots runs = new RunSlots(world.journal, () -> world.now);
    SlotQuestion all = new SlotQuestion("default", "checkout", 0, Long.MAX_VALUE, Set.of(), 1_000);
    SlotQuestion other =
        new SlotQuestion("default", "checkout", 0, Long.MAX_VALUE, Set.of("latency"), 1_000);
    SlotQuestion none = new SlotQuestion("default", "checkout", 0, Long.MAX_VALUE, Set.of(), 0);

    assertThat(runs.of(all).getFirst().getVerdict().getMetricsCount()).isEqualTo(1);
    assertThat(runs.of(other).getFirst().getVerdict().getMetricsCount()).isZero();
    assertThat(runs.of(other).getFirst().getLooks()).isPositive();
    world.seconds(process, 120);
    assertThat(runs.of(all)).hasSizeGreaterThan(1);
    assertThat(runs.of(none)).hasSize(1);
  }
}
