package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a rollout document means: checked, templates applied, every default filled in.
 *
 * <p>Made by {@link PlanReader}, which alone checks; immutable.
 *
 * @param key unique among the namespace's rollouts
 * @param description for people; may be empty
 * @param owner who answers for it; may be empty
 * @param feature key of the feature
 * @param split id of its split
 * @param treatment variant that is rolled out
 * @param control variant it is compared with
 * @param stages in order, at least one, their shares rising to all
 * @param metrics in the order of the document
 * @param policy how success metrics are judged
 * @param alpha largest probability that a whole run is rolled back though nothing is worse
 * @param alphaP largest probability that a stage lets a regression beyond its margin pass
 * @param keepBucketing true: a run draws as its split does; false: with a draw of its own
 * @param staleAfter silence after which a holder serves the control; empty: never
 * @param freezes times in which no traffic rises by itself
 * @param notifications where transitions are posted
 */
public record RolloutPlan(
    String key,
    String description,
    String owner,
    String feature,
    String split,
    String treatment,
    String control,
    List<StagePlan> stages,
    List<MetricPlan> metrics,
    DecisionPlan policy,
    double alpha,
    double alphaP,
    boolean keepBucketing,
    Optional<Duration> staleAfter,
    List<FreezePlan> freezes,
    List<NotificationPlan> notifications) {
  /**
   * Users of an arm at which tests are sharpest where a stage does not ask for more. It is no guess
   * of the traffic, which is not known when a plan is read: with a tenth as many a bound is a
   * quarter wider than the best, with ten times as many hardly.
   */
  private static final long USUAL_USERS = 10_000;

  /** Copies the lists. */
  public RolloutPlan {
    requireNonNull(key, "key");
    requireNonNull(description, "description");
    requireNonNull(owner, "owner");
    requireNonNull(feature, "feature");
    requireNonNull(split, "split");
    requireNonNull(treatment, "treatment");
    requireNonNull(control, "control");
    requireNonNull(policy, "policy");
    requireNonNull(staleAfter, "staleAfter");
    stages = List.copyOf(stages);
    metrics = List.copyOf(metrics);
    freezes = List.copyOf(freezes);
    notifications = List.copyOf(notifications);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("stages: none (expected: at least one)");
    }
  }

  /**
   * A stage by its number.
   *
   * @param number counted from 1
   */
  public StagePlan stage(int number) {
    return stages.get(number - 1);
  }

  /** The metrics of a role, dry runs included, in the order of the document. */
  public List<MetricPlan> metrics(MetricPlan.Role role) {
    return metrics.stream().filter(metric -> metric.role() == role).toList();
  }

  /** The part of alpha's stage process that each planned stage has; repeats share one more. */
  public double stageWeight() {
    return 1.0 / (stages.size() + 1);
  }

  /** Users of an arm that its tests are made for: fixed beforehand, never by the outcomes. */
  public long plannedUsers() {
    return stages.stream().mapToLong(StagePlan::minimumUsers).reduce(USUAL_USERS, Math::max);
  }

  /** The end of the freezes that hold now, taken together; empty: none holds. */
  public Optional<Instant> frozenUntil(Instant now) {
    Instant end = now;
    for (int rounds = 0; rounds <= freezes.size(); rounds++) {
      Instant from = end;
      for (FreezePlan freeze : freezes) {
        Optional<Instant> until = freeze.until(end);
        end = until.filter(end::isBefore).orElse(end);
      }
      if (end.equals(from)) {
        break;
      }
    }
    return end.equals(now) ? Optional.empty() : Optional.of(end);
  }
}
