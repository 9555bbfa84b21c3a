package dev.serin.server.report;

import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.FixedSum;
import org.jspecify.annotations.Nullable;

/**
 * What was counted of a ratio at one place: outcomes that report its numerator, its denominator or
 * both, each once.
 *
 * @param cell its cell; null: there were none
 */
record RatioSums(@Nullable Cell cell) {
  long count() {
    return cell == null ? 0 : cell.count();
  }

  double numerator() {
    return cell == null ? 0 : cell.sum().toDouble();
  }

  double denominator() {
    FixedSum sum = cell == null ? null : cell.denominator();
    return sum == null ? 0 : sum.toDouble();
  }
}
