package dev.serin.loadtest.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rule that counts are held against: an outcome of a producer that lived is counted once; one
 * that a killed process had neither heard of nor on disk, once or not at all; none is counted
 * twice.
 */
final class Recount {
  private Recount() {}

  /** Returns what breaks the rule, for people; empty: nothing does. */
  static List<String> violations(Map<String, List<Life>> producers, Map<String, Counted> counted) {
    List<String> found = new ArrayList<>();
    producers.forEach(
        (producer, lives) -> {
          long most = lives.stream().mapToLong(Life::reported).sum();
          long least = lives.stream().mapToLong(Life::atLeast).sum();
          Counted is = counted.getOrDefault(producer, new Counted(0, 0));
          if (is.count() < least) {
            found.add(producer + ": " + is.count() + " counted (expected: at least " + least + ")");
          }
          if (is.count() > most) {
            found.add(producer + ": " + is.count() + " counted (expected: at most " + most + ")");
          }
          if (is.count() != is.units()) {
            found.add(
                "%s: %d counted of %d units (expected: one of each)"
                    .formatted(producer, is.count(), is.units()));
          }
        });
    return found;
  }
}
