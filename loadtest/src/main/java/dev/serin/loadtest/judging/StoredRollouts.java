package dev.serin.loadtest.judging;

import com.google.protobuf.util.Durations;
import dev.serin.loadtest.workload.SplitFeatures;
import dev.serin.server.catalog.ApplyCommand;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.DocumentWrite;
import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.plan.JudgedMetric.Kind;
import dev.serin.v1.BetterDirection;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.Rollout;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rollouts, each with a feature of its own, in some namespaces of a store. */
final class StoredRollouts {
  /** Those of a namespace. */
  private static final int OF_NAMESPACE = 1_000;

  private static final int QUARTER = 25;
  private static final Duration DWELL = Duration.ofHours(4);
  private static final Note NOTE = new Note("loadtest", "rollouts that are looked at");

  private final Catalog catalog;
  private final int count;

  /** So many rollouts that {@link #create} makes. */
  StoredRollouts(Catalog catalog, int count) {
    this.catalog = catalog;
    this.count = count;
  }

  /** Makes them and their features, a namespace after the other. */
  void create() {
    for (int first = 0; first < count; first += OF_NAMESPACE) {
      catalog.createNamespace(namespace(first), NOTE);
      List<DocumentWrite> writes = new ArrayList<>();
      for (int number = first; number < Math.min(count, first + OF_NAMESPACE); number++) {
        String key = key(number);
        writes.add(put(Document.newBuilder().setFeature(SplitFeatures.feature(key, metrics()))));
        writes.add(put(Document.newBuilder().setRollout(rollout(key))));
      }
      catalog.apply(
          new ApplyCommand(
              namespace(first),
              writes,
              OptionalLong.empty(),
              false,
              NOTE,
              ChangeSource.CHANGE_SOURCE_API));
    }
  }

  /**
   * Starts some of them, evenly over all; their first stage is an A/B test of a quarter of the
   * users.
   */
  List<RunView> start(Commands commands, int runs) {
    List<RunView> started = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      int number = (int) ((long) i * count / runs);
      Commands.Told told =
          commands.apply(
              new Commands.Asked(
                  namespace(number),
                  key(number),
                  CommandKind.START,
                  OptionalLong.empty(),
                  NOTE.actor(),
                  NOTE.reason(),
                  "",
                  Optional.empty()));
      if (!told.moved() || told.run().state().stage() != 1) {
        throw new IllegalStateException(
            key(number) + ": " + told.because() + " (expected: in its first stage)");
      }
      started.add(told.run());
    }
    return started;
  }

  private static String namespace(int number) {
    return "team-" + number / OF_NAMESPACE;
  }

  private static String key(int number) {
    return "service-" + number;
  }

  private static DocumentWrite put(Document.Builder document) {
    return new DocumentWrite.Put(document.build(), OptionalLong.empty());
  }

  private static List<Metric> metrics() {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < JudgedRun.METRICS.size(); i++) {
      metrics.add(
          Metric.newBuilder()
              .setKey(JudgedRun.METRICS.get(i))
              .setKind(kind(JudgedRun.KINDS.get(i)))
              .setBetter(BetterDirection.BETTER_DIRECTION_LOWER)
              .build());
    }
    return metrics;
  }

  private static MetricKind kind(Kind kind) {
    return switch (kind) {
      case EVENT -> MetricKind.METRIC_KIND_EVENT;
      case MEAN -> MetricKind.METRIC_KIND_MEAN;
      case RATIO -> MetricKind.METRIC_KIND_RATIO;
      case QUANTILE -> MetricKind.METRIC_KIND_QUANTILE;
    };
  }

  private static Rollout rollout(String key) {
    Rollout.Builder rollout =
        Rollout.newBuilder()
            .setKey(key)
            .setFeature(key)
            .setSplit("all")
            .setTreatment("on")
            .setControl("off")
            .addStages(stage("quarter", StageKind.STAGE_KIND_AB_TEST, QUARTER))
            .addStages(stage("all", StageKind.STAGE_KIND_FULL, 100));
    JudgedRun.METRICS.forEach(
        metric -> rollout.addGuardrails(Guardrail.newBuilder().setMetric(metric)));
    return rollout.build();
  }

  private static Stage stage(String name, StageKind kind, int share) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(share)
        .setDwell(Durations.fromMillis(DWELL.toMillis()))
        .build();
  }
}
