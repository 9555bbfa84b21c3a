package dev.serin.server.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A split as it is compared.
 *
 * @param id its id
 * @param variants keys of its variants, in its order
 * @param weights of the variants now, in the same order, 0 or more
 * @param run id of the run that moves it, or did so last; empty: none
 * @param period the counting period that is open, the revision it began with; 0: the split is older
 *     than counting periods are
 */
public record ReportedSplit(
    String id, List<String> variants, List<Integer> weights, String run, long period) {
  /**
   * Keeps copies.
   *
   * @throws IllegalArgumentException where there are not as many weights as variants
   */
  public ReportedSplit {
    variants = List.copyOf(variants);
    weights = List.copyOf(weights);
    if (weights.size() != variants.size()) {
      throw new IllegalArgumentException(
          "weights: " + weights.size() + " (expected: " + variants.size() + ")");
    }
  }

  /**
   * Returns the share of the users of two variants that one of them gets; empty: one of them gets
   * nobody, or is not of this split now.
   */
  OptionalDouble share(String treatment, String control) {
    double treated = weight(treatment);
    double held = weight(control);
    return treated > 0 && held > 0
        ? OptionalDouble.of(treated / (treated + held))
        : OptionalDouble.empty();
  }

  private double weight(String variant) {
    int index = variants.indexOf(variant);
    return index < 0 ? 0 : weights.get(index);
  }
}
