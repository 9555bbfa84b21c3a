package dev.serin.server.rollout.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What is true of a feature's traffic, and what no judge is told.
 *
 * @param requestsPerSecond mean number of requests to the split, both arms and remainder together,
 *     above 0; arrivals are Poisson
 * @param population users that the requests come from, each as likely as any other; 0: every
 *     request is a new user
 * @param variation spread of the users' rates of events: the coefficient of variation of a gamma
 *     factor that stays with each user, 0 or more. Without a population it changes nothing
 * @param events the event metrics
 * @param values the metrics of values, whatever is made of them; with the events at least one
 * @param driftPerHour relative change of all rates and values by an hour, both arms alike; 0: none
 * @param outage a time in which both arms fail: events have another rate; empty: none
 */
public record World(
    double requestsPerSecond,
    int population,
    double variation,
    List<EventRates> events,
    List<ValueShape> values,
    double driftPerHour,
    Optional<Outage> outage) {
  /** Longest time without a request that still says something: a thousand seconds. */
  public static final double MIN_REQUESTS_PER_SECOND = 0.001;

  /** Requests are drawn second by second: more than these take longer than they tell. */
  public static final double MAX_REQUESTS_PER_SECOND = 100_000;

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
   * One metric of values: each request has one, lognormally distributed. Where users come again
   * half of the variance of its logarithm is between users and stays with them, the other half is
   * the request's.
   *
   * @param metric its key
   * @param mean of the control's values, above 0, in the metric's measure
   * @param deviation of a value, above 0, in the same unit
   * @param regressed mean of the treatment's values from the onset on, above 0: each of them is so
   *     many times as large, and so is every quantile; better or worse
   * @param onset time from the run's start to the change
   */
  public record ValueShape(
      String metric, double mean, double deviation, double regressed, Duration onset) {
    /** Checks the numbers. */
    public ValueShape {
      checkSize("mean", mean);
      checkSize("deviation", deviation);
      checkSize("regressed mean", regressed);
      if (onset.isNegative()) {
        throw new IllegalArgumentException("onset: " + onset + " (expected: 0 s or more)");
      }
    }

    private static void checkSize(String name, double size) {
      // Values are kept in steps of 2^-20 up to 1e12.
      check(size >= 1e-3 && size <= 1e9, name + ": " + size + " (expected: 0.001 to 1e9)");
    }

    /** Deviation of a value's logarithm. */
    double sigma() {
      return Math.sqrt(Math.log1p(Math.pow(deviation / mean, 2)));
    }

    /** How many times as large the treatment's values are after the onset. */
    double factor() {
      return regressed / mean;
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
    values = List.copyOf(values);
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
    check(!events.isEmpty() || !values.isEmpty(), "events, values: none (expected: at least one)");
    check(Double.isFinite(driftPerHour), "driftPerHour: " + driftPerHour + " (expected: finite)");
  }

  /** A world of events alone. */
  public World(
      double requestsPerSecond,
      int population,
      double variation,
      List<EventRates> events,
      double driftPerHour,
      Optional<Outage> outage) {
    this(requestsPerSecond, population, variation, events, List.of(), driftPerHour, outage);
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
    return Math.min(1, (worse ? rates.regressed() : rates.baseline()) * drift(second));
  }

  /** How many times as large as at the start all is. */
  private double drift(long second) {
    return Math.max(0, 1 + driftPerHour * second / 3_600);
  }

  /**
   * A value of a request.
   *
   * @param second since the run's start
   * @param ofUser normal deviate that stays with the user; where requests are users, another one
   * @param ofRequest normal deviate of the request
   */
  double value(int value, boolean treatment, long second, double ofUser, double ofRequest) {
    ValueShape shape = values.get(value);
    boolean changed = treatment && second >= shape.onset().toSeconds();
    double sigma = shape.sigma();
    double size = shape.mean() * (changed ? shape.factor() : 1) * drift(second);
    return size * Math.exp(sigma * (ofUser + ofRequest) / Math.sqrt(2) - sigma * sigma / 2);
  }

  /** How many metrics there are: events first, then values. */
  int metrics() {
    return events.size() + values.size();
  }

  /** The number of a metric among them; empty: the world has no such. */
  OptionalInt indexOf(String metric) {
    List<String> keys =
        Stream.concat(
                events.stream().map(EventRates::metric), values.stream().map(ValueShape::metric))
            .toList();
    int index = keys.indexOf(metric);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  /** The key of a metric. */
  String key(int metric) {
    return metric < events.size()
        ? events.get(metric).metric()
        : values.get(metric - events.size()).metric();
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
