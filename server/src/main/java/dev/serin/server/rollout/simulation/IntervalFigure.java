package dev.serin.server.rollout.simulation;

import dev.serin.server.analysis.quantile.BinCounts;
import java.util.OptionalDouble;

/**
 * What the treatment shows of a metric since it was asked for last, in the stage: events by
 * requests, the mean or the quantile of values. For one thread.
 */
final class IntervalFigure {
  private final FirstMetric metric;
  private int stage;
  private long requests;
  private double sum;
  private long[] bins = {0};

  /** Nothing asked yet. */
  IntervalFigure(FirstMetric metric) {
    this.metric = metric;
  }

  /** The figure, and begins anew; empty without a request, and then it goes on. */
  OptionalDouble next(Look look) {
    Tally treatment = look.treatment();
    if (look.stage() != stage) {
      stage = look.stage();
      requests = 0;
      sum = 0;
      bins = new long[] {0};
    }
    long more = treatment.requests() - requests;
    if (more == 0) {
      return OptionalDouble.empty();
    }
    double figure =
        switch (metric.kind()) {
          case EVENT -> (treatment.events(metric.number()) - sum) / more;
          case MEAN, RATIO -> (treatment.sum(metric.number()) - sum) / more;
          case QUANTILE -> quantile(treatment.bins(metric.number()));
        };
    requests = treatment.requests();
    switch (metric.kind()) {
      case EVENT -> sum = treatment.events(metric.number());
      case MEAN, RATIO -> sum = treatment.sum(metric.number());
      case QUANTILE -> bins = treatment.bins(metric.number());
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
