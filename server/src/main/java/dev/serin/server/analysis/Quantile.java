package dev.serin.server.analysis;

/**
 * A quantile read from a histogram: the smallest value that at least the asked share of all
 * outcomes does not exceed (nearest rank).
 *
 * <p>The outcome of that rank lies within {@code lower} and {@code upper}. Where both have one
 * sign, {@code value} is 2 lower upper / (lower + upper), whose relative error is the same at both
 * ends and the least possible: (upper - lower) / (upper + lower), that is (γ - 1) / (γ + 1) for
 * bins of ratio γ, 1.083 % at γ = 2^(1/32). Source: Masson, Rim, Lee, "DDSketch", VLDB 2019,
 * section 2.1. This is the error of reading the histogram, not that of the sample.
 *
 * @param value in the metric's measure
 * @param lower the least that the true quantile can be: its bin's lower edge, or the minimum
 * @param upper the most that it can be: its bin's upper edge, or the maximum
 */
public record Quantile(double value, double lower, double upper) {
  static Quantile within(double lower, double upper) {
    boolean oneSign = lower > 0 || upper < 0;
    double middle = lower / 2 + upper / 2;
    // lower <= value <= upper whatever was rounded; a bin without width has no middle at 0.
    double value = oneSign ? upper * (lower / middle) : middle;
    return new Quantile(Math.clamp(value, lower, upper), lower, upper);
  }
}
