package dev.serin.engine;

/** A compiled statement about a call that holds or does not. Immutable and pure. */
abstract class Matcher {
  /** Returns whether it holds in this call. */
  abstract boolean matches(EvaluationContext context);

  /** Returns roughly how long that takes, in nanoseconds: the cheaper are tried first. */
  abstract int costNanos();
}
