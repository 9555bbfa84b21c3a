package dev.serin.server.rollout.plan;

import dev.serin.v1.AtMaximum;
import dev.serin.v1.Promote;
import dev.serin.v1.Rollout;
import dev.serin.v1.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The stages of a document, read in order: each by itself, then against the one before. */
final class StageReader {
  private static final int DEFAULT_SHARE_OF = 100;
  private static final int DEFAULT_MINIMUM_USERS = 100;

  /** Time in which a breaker or a person can still take a full stage back. */
  private static final Duration DEFAULT_FULL_DWELL = Duration.ofMinutes(10);

  private final Rollout document;
  private final PlanReport report;
  private final GateReader gates;

  StageReader(Rollout document, PlanReport report) {
    this.document = document;
    this.report = report;
    this.gates = new GateReader(document, report);
  }

  /** All stages; where something is wrong, it is told and the stage is not of use. */
  List<StagePlan> read() {
    List<Templates.Written> written = Templates.stages(document, report);
    report.count("stages", written.size(), PlanLimits.MAX_STAGES);
    if (written.isEmpty() && document.getTemplate().isEmpty()) {
      report.add("stages", "none", "at least one, or a template");
    }
    List<StagePlan> stages = new ArrayList<>();
    Set<String> names = new HashSet<>();
    TrafficShare before = TrafficShare.NONE;
    for (int i = 0; i < Math.min(written.size(), PlanLimits.MAX_STAGES); i++) {
      Templates.Written stage = written.get(i);
      Optional<StagePlan.Kind> kind = kind(stage.path(), stage.stage());
      Optional<TrafficShare> share = share(stage.path(), stage.stage());
      StagePlan read = read(stage.path(), stage.stage(), kind, share);
      stages.add(read);
      if (!names.add(read.name())) {
        report.add(stage.path() + ".name", PlanReport.quote(read.name()) + " twice", "once");
      }
      // What could not be read has been told, and nothing follows from it.
      if (share.isPresent()) {
        checkRise(stage.path(), share.get(), kind, before, i == written.size() - 1);
        before = share.get();
      }
    }
    return stages;
  }

  private void checkRise(
      String path,
      TrafficShare share,
      Optional<StagePlan.Kind> kind,
      TrafficShare before,
      boolean last) {
    String field = path + ".share";
    if (share.compareTo(before) <= 0) {
      report.add(field, share, "above " + before + ", the share of the stage before");
    } else if (last && !share.isAll()) {
      report.add(field, share, "100 % in the last stage");
    } else if (kind.isPresent() && share.isAll() != (kind.get() == StagePlan.Kind.FULL)) {
      report.add(
          path + ".kind",
          (kind.get() == StagePlan.Kind.FULL ? "full with " : "not full with ") + share,
          "full for 100 %, and for nothing else");
    }
  }

  private StagePlan read(
      String path,
      Stage stage,
      Optional<StagePlan.Kind> knownKind,
      Optional<TrafficShare> knownShare) {
    report.name(path + ".name", stage.getName(), PlanLimits.MAX_NAME_CHARS);
    StagePlan.Kind kind = knownKind.orElse(StagePlan.Kind.EXPAND);
    boolean full = kind == StagePlan.Kind.FULL;
    Duration dwell =
        stage.hasDwell()
            ? report.time(path + ".dwell", stage.getDwell(), Duration.ZERO, PlanLimits.MAX_DWELL)
            : full ? DEFAULT_FULL_DWELL : Duration.ZERO;
    long users =
        stage.hasMinimumUsers() ? stage.getMinimumUsers() : full ? 0 : DEFAULT_MINIMUM_USERS;
    if (users < 0 || users > PlanLimits.MAX_MINIMUM_USERS) {
      report.add(
          path + ".minimum_users",
          Long.toUnsignedString(users),
          "at most " + PlanLimits.MAX_MINIMUM_USERS);
    }
    Optional<Duration> maximum = maximum(path, stage, dwell);
    return new StagePlan(
        stage.getName(),
        kind,
        knownShare.orElse(TrafficShare.ALL),
        dwell,
        users,
        maximum,
        atMaximum(path, stage),
        promotion(path, stage, kind),
        gates.read(path, stage));
  }

  private Optional<StagePlan.Kind> kind(String path, Stage stage) {
    return switch (stage.getKind()) {
      case STAGE_KIND_CANARY -> Optional.of(StagePlan.Kind.CANARY);
      case STAGE_KIND_AB_TEST -> Optional.of(StagePlan.Kind.AB_TEST);
      case STAGE_KIND_EXPAND -> Optional.of(StagePlan.Kind.EXPAND);
      case STAGE_KIND_FULL -> Optional.of(StagePlan.Kind.FULL);
      case STAGE_KIND_UNSPECIFIED, UNRECOGNIZED -> {
        report.add(path + ".kind", "not set", "one of canary, ab_test, expand, full");
        yield Optional.empty();
      }
    };
  }

  private Optional<TrafficShare> share(String path, Stage stage) {
    long parts = Integer.toUnsignedLong(stage.getShare());
    long of =
        stage.getShareOf() == 0 ? DEFAULT_SHARE_OF : Integer.toUnsignedLong(stage.getShareOf());
    if (of > PlanLimits.MAX_SHARE_OF) {
      report.add(path + ".share_of", of, "1 to " + PlanLimits.MAX_SHARE_OF);
      return Optional.empty();
    }
    if (parts == 0 || parts > of) {
      report.add(
          path + ".share", parts == 0 ? "0 or not set" : parts, "1 to " + of + ", the whole");
      return Optional.empty();
    }
    return Optional.of(new TrafficShare((int) parts, (int) of));
  }

  private Optional<Duration> maximum(String path, Stage stage, Duration dwell) {
    if (!stage.hasMaximum()) {
      return Optional.empty();
    }
    Duration maximum =
        report.time(
            path + ".maximum", stage.getMaximum(), PlanLimits.MIN_TIME, PlanLimits.MAX_MAXIMUM);
    if (maximum.compareTo(dwell) < 0) {
      report.add(
          path + ".maximum",
          PlanText.time(maximum),
          "at least " + PlanText.time(dwell) + ", the dwell");
    }
    return Optional.of(maximum);
  }

  private StagePlan.AtMaximum atMaximum(String path, Stage stage) {
    report.enumNumber(
        path + ".at_maximum",
        stage.getAtMaximumValue(),
        stage.getAtMaximum() != AtMaximum.UNRECOGNIZED);
    if (stage.getAtMaximum() != AtMaximum.AT_MAXIMUM_UNSPECIFIED && !stage.hasMaximum()) {
      report.add(path + ".at_maximum", "set without a maximum", "both or neither");
    }
    return switch (stage.getAtMaximum()) {
      case AT_MAXIMUM_UNSPECIFIED, AT_MAXIMUM_HOLD, UNRECOGNIZED -> StagePlan.AtMaximum.HOLD;
      case AT_MAXIMUM_ROLL_BACK -> StagePlan.AtMaximum.ROLL_BACK;
      case AT_MAXIMUM_SHIP -> StagePlan.AtMaximum.SHIP;
    };
  }

  private StagePlan.Promotion promotion(String path, Stage stage, StagePlan.Kind kind) {
    report.enumNumber(
        path + ".promote", stage.getPromoteValue(), stage.getPromote() != Promote.UNRECOGNIZED);
    StagePlan.Promotion promotion =
        switch (stage.getPromote()) {
          case PROMOTE_NO_REGRESSION -> StagePlan.Promotion.NO_REGRESSION;
          case PROMOTE_NON_INFERIOR -> StagePlan.Promotion.NON_INFERIOR;
          case PROMOTE_SUPERIOR -> StagePlan.Promotion.SUPERIOR;
          case PROMOTE_UNSPECIFIED, UNRECOGNIZED ->
              kind == StagePlan.Kind.AB_TEST
                  ? StagePlan.Promotion.NON_INFERIOR
                  : StagePlan.Promotion.NO_REGRESSION;
        };
    String field = path + ".promote";
    if (kind == StagePlan.Kind.FULL && stage.getPromote() != Promote.PROMOTE_NO_REGRESSION) {
      if (promotion != StagePlan.Promotion.NO_REGRESSION) {
        report.add(field, shown(promotion), "no_regression: a full stage has no control");
      }
    } else if (promotion == StagePlan.Promotion.NON_INFERIOR && !hasActingGuardrail()) {
      report.add(
          stage.getPromote() == Promote.PROMOTE_UNSPECIFIED ? path : field,
          "non_inferior without a guardrail",
          "at least one guardrail that is no dry run, or no_regression");
    } else if (promotion == StagePlan.Promotion.SUPERIOR && !hasActingSuccessMetric()) {
      report.add(
          field,
          "superior without a success metric",
          "at least one of success_metrics that is no dry run");
    }
    return promotion;
  }

  private boolean hasActingGuardrail() {
    return document.getGuardrailsList().stream().anyMatch(guardrail -> !guardrail.getDryRun());
  }

  private boolean hasActingSuccessMetric() {
    return document.getSuccessMetricsList().stream().anyMatch(success -> !success.getDryRun());
  }

  private static String shown(StagePlan.Promotion promotion) {
    return switch (promotion) {
      case NO_REGRESSION -> "no_regression";
      case NON_INFERIOR -> "non_inferior";
      case SUPERIOR -> "superior";
    };
  }
}
