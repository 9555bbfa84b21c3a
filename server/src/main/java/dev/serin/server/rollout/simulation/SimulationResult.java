package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.simulation.Simulation.RunEnd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of many runs with one judge. What is worse within its margin is not worse: the plan
 * says that it may be.
 *
 * @param judge what it is called
 * @param runs how many
 * @param falseAlarms runs rolled back by the judge while nothing was worse beyond its margin
 * @param detected runs rolled back by the judge after a regression beyond its margin had begun
 * @param timedOut runs rolled back as a stage had reached its maximum: nobody's alarm
 * @param completed runs that gave everybody the treatment
 * @param falsePromotions those of them that were promoted all the way by the judge, though while
 *     there was a control the treatment was beyond a margin, or was not better as it had to be; not
 *     those that a stage's maximum shipped
 * @param undecided runs that neither end had come to at the horizon
 * @param medianToDetect of the detected: to the rollback from the regression's beginning, or from
 *     when the treatment was served, if that was later
 * @param p90ToDetect of the detected, likewise
 */
public record SimulationResult(
    String judge,
    int runs,
    int falseAlarms,
    int detected,
    int timedOut,
    int completed,
    int falsePromotions,
    int undecided,
    Optional<Duration> medianToDetect,
    Optional<Duration> p90ToDetect) {

  static SimulationResult of(String judge, List<RunEnd> ends, Truth truth) {
    List<RunEnd> rolledBack =
        ends.stream().filter(end -> end.phase() == Phase.ROLLING_BACK).toList();
    List<RunEnd> alarms = rolledBack.stream().filter(end -> !end.atMaximum()).toList();
    List<Duration> times =
        alarms.stream()
            .flatMap(end -> truth.worse().map(from -> timeSince(from, end)).stream())
            .filter(Duration::isPositive)
            .sorted()
            .toList();
    List<RunEnd> completed = ends.stream().filter(end -> end.phase() == Phase.COMPLETED).toList();
    return new SimulationResult(
        judge,
        ends.size(),
        alarms.size() - times.size(),
        times.size(),
        rolledBack.size() - alarms.size(),
        completed.size(),
        (int) completed.stream().filter(end -> isWrong(end, truth)).count(),
        ends.size() - rolledBack.size() - completed.size(),
        quantile(times, 0.5),
        quantile(times, 0.9));
  }

  private static Duration timeSince(Duration from, RunEnd end) {
    return end.time().minus(from.compareTo(end.served()) < 0 ? end.served() : from);
  }

  private static boolean isWrong(RunEnd end, Truth truth) {
    return !end.atMaximum()
        && truth.unfit().filter(from -> from.compareTo(end.compared()) < 0).isPresent();
  }

  /** The smallest of the times that this part of them does not exceed. */
  private static Optional<Duration> quantile(List<Duration> sorted, double part) {
    return sorted.isEmpty()
        ? Optional.empty()
        : Optional.of(sorted.get((int) Math.ceil(part * sorted.size()) - 1));
  }
}
