package dev.serin.loadtest.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Which faults happen in which order: the same for the same seed. */
final class FaultPlan {
  /** The system runs on for so long between two faults, at least and at most. */
  private static final int PAUSE_MIN_MILLIS = 100;

  private static final int PAUSE_MAX_MILLIS = 900;

  /** Victims are drawn from so many; more than there ever are. */
  private static final int VICTIMS = 1_000;

  private FaultPlan() {}

  /**
   * Draws a plan.
   *
   * @param count how many faults
   * @param shared whether several servers share a store
   */
  static List<Fault> draw(long seed, int count, boolean shared) {
    SplittableRandom random = new SplittableRandom(seed);
    List<FaultKind> kinds =
        Arrays.stream(FaultKind.values()).filter(kind -> shared || !kind.isSharedOnly()).toList();
    int weights = kinds.stream().mapToInt(FaultKind::weight).sum();
    List<Fault> plan = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      plan.add(
          new Fault(
              kind(kinds, random.nextInt(weights)),
              random.nextInt(VICTIMS),
              random.nextInt(PAUSE_MIN_MILLIS, PAUSE_MAX_MILLIS)));
    }
    return plan;
  }

  private static FaultKind kind(List<FaultKind> kinds, int drawn) {
    int left = drawn;
    for (FaultKind kind : kinds) {
      left -= kind.weight();
      if (left < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("draw: " + drawn);
  }
}
