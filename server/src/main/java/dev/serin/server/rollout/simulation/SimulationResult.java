package dev.serin.server.rollout.simulation;

import dev.serin.server.rollout.machine.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What came of many runs with one judge.
 *
 * @param judge what it is called
 * @param runs how many
 * @param falseAlarms runs rolled back while nothing was worse
 * @param detected runs rolled back after a regression had begun
 * @param completed runs that gave everybody the treatment
 * @param falsePromotions those of them whose treatment is worse
 * @param undecided runs that neither end had come to at the horizon
 * @param medianToDetect of the detected: from the regression's beginning to the rollback
 * @param p90ToDetect of the detected, likewise
 */
public record SimulationResult(
    String judge,
    int runs,
    int falseAlarms,
    int detected,
    int completed,
    int falsePromotions,
    int undecided,
    Optional<Duration> medianToDetect,
    Optional<Duration> p90ToDetect) {

  static SimulationResult of(String judge, List<Simulation.RunEnd> ends, Optional<Duration> onset) {
    List<Simulation.RunEnd> rolledBack =
        ends.stream().filter(end -> end.phase() == Phase.ROLLING_BACK).toList();
    List<Duration> times =
        rolledBack.stream()
            .filter(end -> onset.filter(begin -> end.time().compareTo(begin) > 0).isPresent())
            .map(end -> end.time().minus(onset.orElse(Duration.ZERO)))
            .sorted()
            .toList();
    int completed = (int) ends.stream().filter(end -> end.phase() == Phase.COMPLETED).count();
    return new SimulationResult(
        judge,
        ends.size(),
        rolledBack.size() - times.size(),
        times.size(),
        completed,
        onset.isPresent() ? completed : 0,
        ends.size() - rolledBack.size() - completed,
        quantile(times, 0.5),
        quantile(times, 0.9));
  }

  /** The smallest of the times that this part of them does not exceed. */
  private static Optional<Duration> quantile(List<Duration> sorted, double part) {
    return sorted.isEmpty()
        ? Optional.empty()
        : Optional.of(sorted.get((int) Math.ceil(part * sorted.size()) - 1));
  }
}
