package dev.serin.engine;

import dev.serin.v1.Holdout;

/**
 * A holdout, compiled.
 *
 * @param document the holdout
 * @param unit what its draw is made from
 * @param salt its salt
 * @param saltHash hash of the salt
 * @param parts the share held out, in parts of the total
 * @param total the whole
 */
record CompiledHoldout(
    Holdout document, Unit unit, String salt, long saltHash, long parts, long total) {
  static CompiledHoldout of(String namespace, Holdout holdout, SchemaBuilder schema) {
    String salt =
        holdout.getSalt().isEmpty()
            ? Bucketing.holdoutSalt(namespace, holdout.getKey())
            : holdout.getSalt();
    return new CompiledHoldout(
        holdout,
        Unit.of(holdout.getUnit(), schema),
        salt,
        Bucketing.hash(salt),
        Integer.toUnsignedLong(holdout.getShare().getParts()),
        Totals.of(holdout.getShare()));
  }

  /** Returns the draw of this call's unit; it has one. */
  long draw(EvaluationContext context) {
    return Bucketing.draw(unit.hash(context), saltHash);
  }

  /** Returns whether a draw is held out. */
  boolean holdsOut(long draw) {
    return Bucketing.bucket(draw, total) < parts;
  }
}
