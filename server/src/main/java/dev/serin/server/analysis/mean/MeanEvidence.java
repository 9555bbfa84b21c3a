package dev.serin.server.analysis.mean;

import dev.serin.server.analysis.Figure;
import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Validity;

/**
 * What a run shows of a claim about means so far.
 *
 * @param claim what is to be shown
 * @param control the control over the stages, in the metric's measure
 * @param treatment the treatment over the stages, in the same unit
 * @param standardError of the treatment less the claim's multiple of the control; above 0
 * @param users distinct users of both arms
 * @param alpha the test's share
 * @param logE the logarithm of the e-value against the claim's opposite
 * @param bound how far the claim is shown to go: of a claim that says above the treatment is, in
 *     all looks at once with probability 1 - α, more than this above the control (less than this,
 *     where it says below), as a share of the control (0.25 for 25 %) where the margin is one, else
 *     in the metric's measure. It is beyond the margin exactly where the claim is shown
 */
public record MeanEvidence(
    Claim claim,
    double control,
    double treatment,
    double standardError,
    double users,
    double alpha,
    double logE,
    Figure<Double> bound)
    implements Inference {

  /** Whether the claim is shown: E of 1/α or more. Once shown it stays shown, whatever comes. */
  public boolean isShown() {
    return logE >= -Math.log(alpha);
  }

  @Override
  public Validity validity() {
    return Validity.ALWAYS;
  }
}
