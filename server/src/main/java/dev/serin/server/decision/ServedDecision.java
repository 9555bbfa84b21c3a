package dev.serin.server.decision;

import dev.serin.engine.Decision;
import dev.serin.engine.EvaluationContext;
import dev.serin.server.outcome.ExposurePoint;
import dev.serin.server.outcome.ExposureRecorder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An answer ready to be sent: the engine's decision, its bytes on the wire, its counter, and where
 * its exposures count.
 *
 * <p>Immutable but for the counter, which decisions of equal variant and reason share, also across
 * the revisions of their feature.
 */
final class ServedDecision implements Answer {
  private final Decision decision;
  private final byte[] bytes;
  private final LongAdder count;
  private final @Nullable ExposurePoint exposure;

  ServedDecision(Decision decision, LongAdder count) {
    this.decision = decision;
    this.bytes = decision.response().toByteArray();
    this.count = count;
    this.exposure = ExposurePoint.of(decision);
  }

  Decision decision() {
    return decision;
  }

  /** The answer without a decision id. Not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * Records that it is given in a call that counts.
   *
   * @param context of the call that it was decided in
   */
  void expose(EvaluationContext context, ExposureRecorder exposures) {
    if (exposure != null) {
      exposures.record(exposure, exposure.keepsUnits() ? context.unitHash(decision) : 0);
    }
  }

  /** How often it was given. */
  LongAdder count() {
    return count;
  }
}
