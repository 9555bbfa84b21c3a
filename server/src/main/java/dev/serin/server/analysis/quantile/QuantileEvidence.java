package dev.serin.server.analysis.quantile;

import dev.serin.server.analysis.Inference;
import dev.serin.server.analysis.Validity;
import dev.serin.server.analysis.mean.Claim;

/**
 * What a stage shows of a claim about a quantile so far.
 *
 * @param claim what is to be shown
 * @param shiftBins its margin in whole bins, rounded against the claim
 * @param alpha the test's share
 * @param logE the logarithm of the e-value against the claim's opposite
 */
public record QuantileEvidence(Claim claim, int shiftBins, double alpha, double logE)
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
