package dev.serin.server.rollout.plan;

import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.plan.PlanReport.Range;
import dev.serin.v1.DecisionPolicy;
import dev.serin.v1.FixedHorizon;
import dev.serin.v1.Notification;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RunBucketing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The reading of a rollout document: every rule it must keep by itself, and every default. */
public final class PlanReader {
  private static final double DEFAULT_ALPHA = 0.01;
  private static final Duration DEFAULT_STALE_AFTER = Duration.ofSeconds(60);
  private static final long DEFAULT_SAMPLES = 1_000;
  private static final double DEFAULT_SIGNIFICANCE = 0.05;
  private static final double DEFAULT_IMPROVEMENT = 0.05;

  private final Rollout document;
  private final PlanReport report;

  private PlanReader(Rollout document) {
    this.document = document;
    this.report = new PlanReport(document.getKey());
  }

  /**
   * Reads a document as it was decoded.
   *
   * @return the plan, or everything that is wrong with the document (at most a hundred things)
   */
  public static PlanReading read(Rollout document) {
    PlanReader reader = new PlanReader(document);
    reader.checkNames();
    List<StagePlan> stages = new StageReader(document, reader.report).read();
    List<MetricPlan> metrics = new MetricReader(document, reader.report).read();
    DecisionPlan policy = reader.policy(stages);
    double alpha = reader.alpha("alpha", document.hasAlpha(), document.getAlpha());
    double alphaP = reader.alpha("alpha_p", document.hasAlphaP(), document.getAlphaP());
    Optional<Duration> staleAfter = reader.staleAfter();
    List<FreezePlan> freezes = new FreezeReader(reader.report).read(document.getFreezesList());
    List<NotificationPlan> notifications = reader.notifications();
    boolean keepBucketing = reader.keepBucketing();
    List<FieldViolation> violations = reader.report.violations();
    if (!violations.isEmpty()) {
      return new PlanReading.Invalid(violations);
    }
    return new PlanReading.Valid(
        new RolloutPlan(
            document.getKey(),
            document.getDescription(),
            document.getOwner(),
            document.getFeature(),
            document.getSplit(),
            document.getTreatment(),
            document.getControl(),
            stages,
            metrics,
            policy,
            alpha,
            alphaP,
            keepBucketing,
            staleAfter,
            freezes,
            notifications));
  }

  /** Everything that is wrong with a document, as it was decoded; none: it has a plan. */
  public static List<FieldViolation> violations(Rollout document) {
    return switch (read(document)) {
      case PlanReading.Invalid invalid -> invalid.violations();
      case PlanReading.Valid _ -> List.of();
    };
  }

  private void checkNames() {
    report.name("key", document.getKey(), PlanLimits.MAX_KEY_CHARS);
    report.text("description", document.getDescription(), PlanLimits.MAX_DESCRIPTION_CHARS);
    report.text("owner", document.getOwner(), PlanLimits.MAX_OWNER_CHARS);
    report.name("feature", document.getFeature(), PlanLimits.MAX_KEY_CHARS);
    report.name("split", document.getSplit(), PlanLimits.MAX_NAME_CHARS);
    report.name("treatment", document.getTreatment(), PlanLimits.MAX_NAME_CHARS);
    report.name("control", document.getControl(), PlanLimits.MAX_NAME_CHARS);
    if (!document.getControl().isEmpty() && document.getControl().equals(document.getTreatment())) {
      report.add(
          "control", PlanReport.quote(document.getControl()), "another variant than the treatment");
    }
  }

  private DecisionPlan policy(List<StagePlan> stages) {
    report.enumNumber(
        "policy", document.getPolicyValue(), document.getPolicy() != DecisionPolicy.UNRECOGNIZED);
    boolean fixed = document.getPolicy() == DecisionPolicy.DECISION_POLICY_FIXED_HORIZON;
    if (!fixed) {
      if (document.hasFixedHorizon()) {
        report.add("fixed_horizon", "set without policy: fixed_horizon", "both or neither");
      }
      return new DecisionPlan.AlwaysValid();
    }
    if (document.getSuccessMetricsList().stream().allMatch(success -> success.getDryRun())) {
      report.add(
          "policy",
          "fixed_horizon without a success metric",
          "at least one of success_metrics that is no dry run");
    } else if (stages.stream()
        .noneMatch(stage -> stage.promotion() == StagePlan.Promotion.SUPERIOR)) {
      report.add(
          "policy",
          "fixed_horizon without a stage that asks for it",
          "promote: superior in at least one stage");
    }
    FixedHorizon knobs = document.getFixedHorizon();
    long samples = knobs.hasMinimumSamples() ? knobs.getMinimumSamples() : DEFAULT_SAMPLES;
    if (samples < 2 || samples > PlanLimits.MAX_MINIMUM_USERS) {
      report.add(
          "fixed_horizon.minimum_samples",
          Long.toUnsignedString(samples),
          "2 to " + PlanLimits.MAX_MINIMUM_USERS);
    }
    return new DecisionPlan.FixedHorizon(
        samples,
        report.number(
            "fixed_horizon.significance",
            knobs.hasSignificance() ? Optional.of(knobs.getSignificance()) : Optional.empty(),
            Range.above0To(PlanLimits.MAX_ALPHA),
            DEFAULT_SIGNIFICANCE),
        report.number(
            "fixed_horizon.improvement",
            knobs.hasImprovement() ? Optional.of(knobs.getImprovement()) : Optional.empty(),
            Range.from0To(PlanLimits.MAX_MARGIN),
            DEFAULT_IMPROVEMENT));
  }

  private double alpha(String field, boolean stated, double value) {
    return report.number(
        field,
        stated ? Optional.of(value) : Optional.empty(),
        Range.probabilityTo(PlanLimits.MAX_ALPHA),
        DEFAULT_ALPHA);
  }

  private boolean keepBucketing() {
    report.enumNumber(
        "bucketing",
        document.getBucketingValue(),
        document.getBucketing() != RunBucketing.UNRECOGNIZED);
    return switch (document.getBucketing()) {
      case RUN_BUCKETING_KEEP -> true;
      case RUN_BUCKETING_FRESH, RUN_BUCKETING_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private Optional<Duration> staleAfter() {
    if (!document.hasStaleAfter()) {
      return document.getNeverStale() ? Optional.empty() : Optional.of(DEFAULT_STALE_AFTER);
    }
    if (document.getNeverStale()) {
      report.add("never_stale", "true beside stale_after", "one of them");
    }
    return Optional.of(
        report.time(
            "stale_after",
            document.getStaleAfter(),
            PlanLimits.MIN_STALE_AFTER,
            PlanLimits.MAX_STALE_AFTER));
  }

  private List<NotificationPlan> notifications() {
    report.count("notify", document.getNotifyCount(), PlanLimits.MAX_NOTIFICATIONS);
    List<NotificationPlan> notifications = new ArrayList<>();
    for (int i = 0; i < document.getNotifyCount(); i++) {
      Notification notification = document.getNotify(i);
      String path = "notify[" + i + "]";
      report.url(path + ".url", notification.getUrl());
      report.optionalName(path + ".secret", notification.getSecret(), PlanLimits.MAX_NAME_CHARS);
      Set<RolloutState> states = EnumSet.noneOf(RolloutState.class);
      for (int j = 0; j < notification.getOnCount(); j++) {
        RolloutState state = notification.getOn(j);
        if (state == RolloutState.ROLLOUT_STATE_UNSPECIFIED || state == RolloutState.UNRECOGNIZED) {
          report.add(path + ".on[" + j + "]", "not a state", "pending, gate, running, …");
        } else {
          states.add(state);
        }
      }
      notifications.add(
          new NotificationPlan(notification.getUrl(), notification.getSecret(), states));
    }
    return notifications;
  }
}
