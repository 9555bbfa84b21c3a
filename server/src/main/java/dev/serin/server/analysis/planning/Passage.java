package dev.serin.server.analysis.planning;

import java.util.List;
import java.util.OptionalDouble;

/** When something comes to a decision, over many runs; a forecast. */
public interface Passage {
  /** Doublings, from a thousandth on, within which a decision is looked for. */
  int DOUBLINGS = 70;

  /** The share of runs that are decided by a time, 0 to 1. */
  double by(double time);

  /**
   * The time by which a share of runs is decided; empty where fewer ever are, or later than 2^60.
   *
   * @param share above 0 and below 1: .5 for the median
   */
  default OptionalDouble time(double share) {
    double high = 1e-3;
    for (int doubling = 0; by(high) < share; doubling++) {
      if (doubling == DOUBLINGS) {
        return OptionalDouble.empty();
      }
      high *= 2;
    }
    double low = high / 2;
    for (int halving = 0; halving < 40; halving++) {
      double middle = (low + high) / 2;
      if (by(middle) < share) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalDouble.of(high);
  }

  /** When the first of two is decided, at the latest. */
  static Passage either(Passage one, Passage other) {
    return time -> Math.max(one.by(time), other.by(time));
  }

  /** When all are decided, taken as independent of each other; at once where there are none. */
  static Passage all(List<Passage> passages) {
    List<Passage> each = List.copyOf(passages);
    return time -> {
      double product = 1;
      for (Passage passage : each) {
        product *= passage.by(time);
      }
      return product;
    };
  }
}
