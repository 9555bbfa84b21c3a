package dev.serin.server.analysis.count;

/**
 * Users who were first exposed in a stage since a mark, in both arms: whoever was exposed before it
 * is none of them, whatever happens to them later.
 *
 * @param extension the period of the stage in which the mark was drawn: 0: the planned one; else
 *     its number among the run's
 * @param number of the restart that the mark is of, in the period, from 1: those every {@link
 *     StageProcess#INTERVAL}
 * @param exposed first since then
 * @param withEvent of them
 */
public record Since(int extension, int number, ArmCounts exposed, ArmCounts withEvent) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException where one is outside its range, or more had the event than
   *     were exposed
   */
  public Since {
    if (extension < 0 || number < 1) {
      throw new IllegalArgumentException(
          "mark: " + extension + ", " + number + " (expected: from 0, from 1)");
    }
    if (withEvent.treatment() > exposed.treatment() || withEvent.control() > exposed.control()) {
      throw new IllegalArgumentException(
          "withEvent: " + withEvent + " (expected: at most " + exposed + ")");
    }
  }

  /** Whether its mark was drawn after another one. */
  boolean isAfter(int otherExtension, int otherNumber) {
    return extension > otherExtension || (extension == otherExtension && number > otherNumber);
  }

  /** Whether its mark was drawn before another one. */
  boolean isBefore(Mended.Mark other) {
    return extension < other.extension()
        || (extension == other.extension() && number < other.number());
  }

  /** Its mark. */
  Mended.Mark mark() {
    return new Mended.Mark(extension, number);
  }

  /** Those of these users who came before a later mark. */
  Since until(Since later) {
    return new Since(
        extension, number, exposed.since(later.exposed), withEvent.since(later.withEvent));
  }

  /** With the arms changed over. */
  Since swapped() {
    return new Since(extension, number, exposed.swapped(), withEvent.swapped());
  }
}
