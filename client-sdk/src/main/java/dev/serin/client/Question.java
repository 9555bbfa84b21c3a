package dev.serin.client;

import dev.serin.v1.ValueType;
import java.time.Duration;

/**
 * What is asked of an {@link Evaluator}.
 *
 * @param feature key of the feature
 * @param context who asks
 * @param expectedType the type the caller can take
 * @param options how it is asked
 */
record Question(String feature, Context context, ValueType expectedType, Options options) {
  /**
   * How a question is asked.
   *
   * @param deadline how long the caller waits
   * @param recordExposure false: the answer is no exposure
   */
  record Options(Duration deadline, boolean recordExposure) {}
}
