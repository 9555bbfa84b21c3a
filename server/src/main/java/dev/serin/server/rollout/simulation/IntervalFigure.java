package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.quantile.BinCounts;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What an arm shows of a metric since it was asked for last, in the stage: events by requests, the
 * mean or the quantile of values. For one thread.
 */
final class IntervalFigure {
  private final FirstMetric metric;
  private final Function<Look, Tally> arm;
  private int stage;
  private long requests;
  private double sum;
  private long[] bins = {0};

  /** Nothing asked of the treatment yet. */
  IntervalFigure(FirstMetric metric) {
    this(metric, Look::treatment);
  }

  /** Nothing asked of an arm yet. */
  IntervalFigure(FirstMetric metric, Function<Look, Tally> arm) {
    this.metric = metric;
    this.arm = arm;
  }

  /** The figure, and begins anew; empty without a request, and then it goes on. */
  OptionalDouble next(Look look) {
    Tally counted = arm.apply(look);
    if (look.stage() != stage) {
      stage = look.stage();
      requests = 0;
      sum = 0;
      bins = new long[] {0};
    }
    long more = counted.requests() - requests;
    if (more == 0) {
      return OptionalDouble.empty();
    }
    double figure =
        switch (metric.kind()) {
          case EVENT -> (counted.events(metric.number()) - sum) / more;
          case MEAN, RATIO -> (counted.sum(metric.number()) - sum) / more;
          case QUANTILE -> quantile(counted.bins(metric.number()));
        };
    requests = counted.requests();
    switch (metric.kind()) {
      case EVENT -> sum = counted.events(metric.number());
      case MEAN, RATIO -> sum = counted.sum(metric.number());
      case QUANTILE -> bins = counted.bins(metric.number());
    }
    return OptionalDouble.of(figure);
  }

  private double quantile(long[] now) {
    long[] more = now.clone();
    for (int bin = 0; bin < Math.min(bins.length, more.length); bin++) {
      more[bin] -= bins[bin];
    }
    return FirstMetric.value(BinCounts.of(more), metric.quantile());
  }
}
