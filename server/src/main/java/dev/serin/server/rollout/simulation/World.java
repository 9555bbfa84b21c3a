package dev.serin.server.rollout.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is true of a feature's traffic, and what no judge is told.
 *
 * @param requestsPerSecond mean number of requests to the split, both arms and remainder together,
 *     above 0; arrivals are Poisson
 * @param population users that the requests come from, each as likely as any other; 0: every
 *     request is a new user
 * @param variation spread of the users' rates of events: the coefficient of variation of a gamma
 *     factor that stays with each user, 0 or more. Without a population it changes nothing
 * @param events the event metrics, at least one
 * @param driftPerHour relative change of all rates by an hour, both arms alike; 0: none
 * @param outage a time in which both arms fail; empty: none
 */
public record World(
    double requestsPerSecond,
    int population,
    double variation,
    List<EventRates> events,
    double driftPerHour,
    Optional<Outage> outage) {
  /** Longest time without a request that still says something: a thousand seconds. */
  private static final double MIN_REQUESTS_PER_SECOND = 0.001;

  /** Requests are drawn second by second: more than these take longer than they tell. */
  private static final double MAX_REQUESTS_PER_SECOND = 100_000;

  /** Users are kept one by one, in every run. */
  private static final int MAX_POPULATION = 10_000_000;

  /**
   * One event metric.
   *
   * @param metric its key
   * @param baseline probability of the event in a request of the control, 0 to 1
   * @param regressed the same in a request of the treatment from the onset on; better or worse
   * @param onset time from the run's start to the change
   */
  public record EventRates(String metric, double baseline, double regressed, Duration onset) {
    /** Checks the rates. */
    public EventRates {
      checkRate("baseline", baseline);
      checkRate("regressed", regressed);
      if (onset.isNegative()) {
        throw new IllegalArgumentException("onset: " + onset + " (expected: 0 s or more)");
      }
    }
  }

  /**
   * A time in which all events of both arms have another rate.
   *
   * @param begin from the run's start
   * @param length how long
   * @param rate the rate, in both arms
   */
  public record Outage(Duration begin, Duration length, double rate) {
    /** Checks the rate. */
    public Outage {
      checkRate("rate", rate);
    }

    boolean holds(long second) {
      return second >= begin.toSeconds() && second < begin.plus(length).toSeconds();
    }
  }

  /** Checks the ranges, copies the list. */
  public World {
    events = List.copyOf(events);
    check(
        requestsPerSecond >= MIN_REQUESTS_PER_SECOND
            && requestsPerSecond <= MAX_REQUESTS_PER_SECOND,
        "requestsPerSecond: "
            + requestsPerSecond
            + " (expected: "
            + MIN_REQUESTS_PER_SECOND
            + " to "
            + MAX_REQUESTS_PER_SECOND
            + ")");
    check(
        population >= 0 && population <= MAX_POPULATION,
        "population: " + population + " (expected: 0 to " + MAX_POPULATION + ")");
    check(variation >= 0 && variation <= 10, "variation: " + variation + " (expected: 0 to 10)");
    check(!events.isEmpty(), "events: none (expected: at least one)");
    check(Double.isFinite(driftPerHour), "driftPerHour: " + driftPerHour + " (expected: finite)");
  }

  /** A world in which every request is a new user, and nothing but one event happens. */
  public static World of(double requestsPerSecond, EventRates event) {
    return new World(requestsPerSecond, 0, 0, List.of(event), 0, Optional.empty());
  }

  /**
   * The probability of an event in a request, before the user's own factor.
   *
   * @param second since the run's start
   */
  double rate(int event, boolean treatment, long second) {
    Outage held = outage.filter(one -> one.holds(second)).orElse(null);
    if (held != null) {
      return held.rate();
    }
    EventRates rates = events.get(event);
    boolean worse = treatment && second >= rates.onset().toSeconds();
    double drift = Math.max(0, 1 + driftPerHour * second / 3_600);
    return Math.min(1, (worse ? rates.regressed() : rates.baseline()) * drift);
  }

  private static void checkRate(String name, double rate) {
    check(rate >= 0 && rate <= 1, name + ": " + rate + " (expected: 0 to 1)");
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
