package dev.serin.server.report;

import dev.serin.server.analysis.Figure;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Why figures of one row are absent, each reason once, in order. */
final class Missing {
  /** Of a place that retention emptied, or of values that are only displayed. */
  static final String NO_BUCKETS =
      "user buckets: not kept of all outcomes (expected: evidence, not older than retention)";

  private final Set<String> reasons = new LinkedHashSet<>();

  void add(String reason) {
    reasons.add(reason);
  }

  /** Takes a figure that is known, and the reason of one that is not. */
  <T> void take(Figure<T> figure, Consumer<? super T> taker) {
    switch (figure) {
      case Figure.Known<T>(T value) -> taker.accept(value);
      case Figure.Absent<T>(var absence, String detail) -> add(detail);
    }
  }

  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
