package dev.serin.server.decision;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * What a call needs from outside the engine.
 *
 * @param nowMillis milliseconds since 1970-01-01T00:00:00Z
 * @param random 64 random bits for each call: its draw and its decision id
 */
public record CallInputs(LongSupplier nowMillis, LongSupplier random) {

  /** The machine's clock, and random bits that no other thread or replica draws. For one thread. */
  public static CallInputs ofThread() {
    var random = new SplittableRandom(new SecureRandom().nextLong());
    return new CallInputs(System::currentTimeMillis, random::nextLong);
  }

  /** The same for all threads; slower. */
  public static CallInputs ofProcess() {
    return new CallInputs(System::currentTimeMillis, new SecureRandom()::nextLong);
  }
}
