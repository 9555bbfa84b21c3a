package dev.serin.server.analysis;

/**
 * How large an effect is by its absolute Cohen's d.
 *
 * <p>The limits .2, .5 and .8 are Cohen's, "Statistical Power Analysis for the Behavioral Sciences"
 * (2nd edition, 1988), section 2.2; each belongs to the class above it.
 */
public enum EffectLabel {
  /** Below 0.2. */
  NEGLIGIBLE,
  /** From 0.2 to below 0.5. */
  SMALL,
  /** From 0.5 to below 0.8. */
  MEDIUM,
  /** 0.8 and above. */
  LARGE;

  /** The label of an effect of either sign. */
  static EffectLabel of(double d) {
    double size = Math.abs(d);
    if (size < 0.2) {
      return NEGLIGIBLE;
    }
    if (size < 0.5) {
      return SMALL;
    }
    return size < 0.8 ? MEDIUM : LARGE;
  }
}
