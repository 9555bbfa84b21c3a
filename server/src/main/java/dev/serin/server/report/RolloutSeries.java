package dev.serin.server.report;

import dev.serin.server.rollout.SlotQuestion;
import dev.serin.v1.RolloutSlot;
import java.util.List;

/** Where the runs of a feature stood over time. Safe for all threads; may wait for the store. */
@FunctionalInterface
public interface RolloutSeries {
  /** There are no runs. */
  RolloutSeries NONE = question -> List.of();

  /**
   * Returns where runs stood, by time, then by rollout; ends after the first by which there is more
   * than is wanted.
   *
   * @throws dev.serin.server.error.ApiException where the store does not answer
   */
  List<RolloutSlot> of(SlotQuestion question);
}
