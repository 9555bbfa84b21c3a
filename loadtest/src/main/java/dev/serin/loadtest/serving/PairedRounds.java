package dev.serin.loadtest.serving;

import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Rounds in which Serin and another server were hit one right after the other. A ratio is taken
 * within a round, where both saw the same machine, and the median over the rounds.
 */
final class PairedRounds {

  /** The project's target. */
  static final double TARGET = 1.15;

  private final String other;
  private final boolean hasTarget;
  private final List<Round> rounds = new ArrayList<>();

  private PairedRounds(String other, boolean hasTarget) {
    this.other = other;
    this.hasTarget = hasTarget;
  }

  /** Rounds beside the stub, for which there is a target. */
  static PairedRounds ofStub() {
    return new PairedRounds("stub", true);
  }

  /** Rounds beside another build. */
  static PairedRounds ofBuilds() {
    return new PairedRounds("other", false);
  }

  /** Returns what the other server is called. */
  String other() {
    return other;
  }

  /**
   * One round.
   *
   * @param pair number of the pair of processes, from 1
   * @param serinMicros CPU per call of Serin
   * @param otherMicros CPU per call of the other server
   */
  record Round(int pair, double serinMicros, double otherMicros) {

    Round {
      if (!(serinMicros > 0) || !(otherMicros > 0)) {
        throw new IllegalArgumentException(
            "CPU per call: %s and %s us (expected: above 0; are there enough calls per burst?)"
                .formatted(serinMicros, otherMicros));
      }
    }

    double ratio() {
      return serinMicros / otherMicros;
    }
  }

  void add(Round round) {
    rounds.add(round);
  }

  /** Returns the median of the rounds' ratios. */
  double ratio() {
    return samples(rounds, Round::ratio).median();
  }

  /** Returns a line per pair of processes and one for all. */
  String text() {
    Table table =
        new Table("pair", "rounds", "Serin us", other + " us", "ratio", "ratio min", "ratio max");
    rounds.stream()
        .map(Round::pair)
        .distinct()
        .forEach(
            pair ->
                row(
                    table,
                    Integer.toString(pair),
                    rounds.stream().filter(round -> round.pair() == pair).toList()));
    row(table, "all", rounds);
    String text = table.text() + "\nratio %.3f".formatted(ratio());
    return hasTarget
        ? text
            + " (target: at most %.2f): %s\n"
                .formatted(TARGET, ratio() <= TARGET ? "met" : "missed")
        : text + "\n";
  }

  private static void row(Table table, String name, List<Round> rounds) {
    Samples ratios = samples(rounds, Round::ratio);
    table.row(
        name,
        Integer.toString(rounds.size()),
        "%.2f".formatted(samples(rounds, Round::serinMicros).median()),
        "%.2f".formatted(samples(rounds, Round::otherMicros).median()),
        "%.3f".formatted(ratios.median()),
        "%.3f".formatted(ratios.min()),
        "%.3f".formatted(ratios.max()));
  }

  private static Samples samples(List<Round> rounds, ToDoubleFunction<Round> value) {
    return new Samples(rounds.stream().mapToDouble(value).toArray());
  }
}
