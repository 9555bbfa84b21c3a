package dev.serin.server.rollout.webhook;

/** What became of a post. */
public sealed interface Posted {
  /** In words, for people: at most {@link #TEXT_CHARS_MAX} characters and some, on one line. */
  String text();

  /** Characters of a receiver's own words that are kept. */
  int TEXT_CHARS_MAX = 300;

  /**
   * The receiver answered, whatever it answered.
   *
   * @param status HTTP status
   * @param words the beginning of what it said, made one line; may be empty
   */
  record Answered(int status, String words) implements Posted {
    /** True: 2xx. */
    public boolean isSuccess() {
      return status / 100 == 2;
    }

    @Override
    public String text() {
      return words.isEmpty() ? "answered " + status : "answered " + status + ": " + words;
    }
  }

  /**
   * There was no answer, or not the whole of one within the deadline.
   *
   * @param text why
   */
  record Unanswered(String text) implements Posted {}

  /**
   * It was not sent, for a reason that the receiver has nothing to do with.
   *
   * @param text why
   */
  record Unsent(String text) implements Posted {}
}
