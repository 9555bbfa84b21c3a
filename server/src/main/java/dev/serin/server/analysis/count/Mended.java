package dev.serin.server.analysis.count;

import java.util.List;

/**
 * Up to which mark an outage of each arm was seen to be over, by users who were first exposed after
 * it.
 *
 * <p>It has to be kept: marks are forgotten after a while, where another controller takes over and
 * where sets of users begin anew, and what the outage showed is not. Without it, what is over would
 * hold a run again until new marks show otherwise.
 *
 * @param treatment since when the treatment's users are good
 * @param control the same of the control
 */
public record Mended(Mark treatment, Mark control) {
  /** Neither arm: there was no outage, or it is not over. */
  public static final Mended NEITHER = new Mended(Mark.NONE, Mark.NONE);

  /**
   * A mark, as {@link Since} has them.
   *
   * @param extension period in which it was drawn
   * @param number in the period; 0: there is none
   */
  public record Mark(int extension, int number) {
    /** No mark. */
    public static final Mark NONE = new Mark(0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException where one is below 0, or of none there is a period
     */
    public Mark {
      if (extension < 0 || number < 0 || (number == 0 && extension > 0)) {
        throw new IllegalArgumentException(
            "mark: " + extension + ", " + number + " (expected: from 0, from 1, or 0, 0)");
      }
    }

    /** Whether there is one. */
    public boolean isDrawn() {
      return number > 0;
    }
  }

  /** After a look at users who were first exposed since the newest marks, in order. */
  Mended after(List<Since> since, Recovery recovery) {
    List<Since> swapped = since.stream().map(Since::swapped).toList();
    return new Mended(recovery.after(treatment, since), recovery.after(control, swapped));
  }
}
