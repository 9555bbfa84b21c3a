package dev.serin.loadtest.workload;

/**
 * How large the large workloads are.
 *
 * @param features features of {@link Workload#W3}, at least 1
 * @param largeList keys in the allow list of W4, at least 1
 */
public record Scale(int features, int largeList) {

  /** What is measured. */
  public static final Scale FULL = new Scale(2_000, 1_000_000);

  /** Checks the ranges. */
  public Scale {
    if (features < 1 || largeList < 1) {
      throw new IllegalArgumentException(
          "scale: %d features, %d keys (expected: 1 or more)".formatted(features, largeList));
    }
  }
}
