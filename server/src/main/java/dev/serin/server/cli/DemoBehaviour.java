package dev.serin.server.cli;

import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Outcome;
import java.util.Map;
import java.util.Random;

/**
 * What the demo's users do with the variant they get: how long the page takes, whether it fails,
 * whether they buy. Drawn from a seed; safe for many threads.
 */
final class DemoBehaviour {
  static final String LATENCY = "latency";
  static final String ERROR = "error";
  static final String CONVERSION = "conversion";

  /** Of every variant that is not named below. */
  private static final Habit USUAL = new Habit(120, 0.010, 0.050);

  /** Where variants differ; by feature and variant. */
  private static final Map<String, Habit> HABITS =
      Map.of(
          // Faster and sells better, at the price of a few more errors.
          "new-checkout/on", new Habit(90, 0.016, 0.065),
          "checkout-layout/express", new Habit(100, 0.010, 0.060),
          // Asks too many questions.
          "checkout-layout/guided", new Habit(140, 0.010, 0.038),
          // A better model that takes its time.
          "recommendations/personal", new Habit(175, 0.012, 0.062),
          // Sells better, and nothing else differs.
          "one-click-pay/on", new Habit(120, 0.010, 0.070),
          // Fast where it works.
          "instant-search/on", new Habit(85, 0.110, 0.055));

  /** Spread of the logarithm of latencies: a tail as services have it. */
  private static final double LATENCY_SPREAD = 0.5;

  private final Random random;

  /**
   * What a variant does to its users.
   *
   * @param medianMillis median latency, in ms
   * @param errors share of outcomes that fail, 0 to 1
   * @param conversions share of the others after which something is bought, 0 to 1
   */
  private record Habit(double medianMillis, double errors, double conversions) {}

  DemoBehaviour(long seed) {
    this.random = new Random(seed);
  }

  /** The outcome of a decision that has a token. */
  Outcome after(String feature, int user, EvaluateResponse decision) {
    Habit habit = HABITS.getOrDefault(feature + "/" + decision.getVariant(), USUAL);
    boolean failed = random.nextDouble() < habit.errors();
    boolean bought = !failed && random.nextDouble() < habit.conversions();
    double millis = habit.medianMillis() * Math.exp(LATENCY_SPREAD * random.nextGaussian());
    return Outcome.newBuilder()
        .setDecisionToken(decision.getDecisionToken())
        .setUnitKey(DemoUsers.key(user))
        .putValues(LATENCY, Math.round(millis * 10) / 10.0)
        .putValues(ERROR, failed ? 1 : 0)
        .putValues(CONVERSION, bought ? 1 : 0)
        .build();
  }
}
