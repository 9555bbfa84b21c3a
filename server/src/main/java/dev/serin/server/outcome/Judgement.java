package dev.serin.server.outcome;

/** What is made of an outcome: {@link Counted}, {@link Later}, or a {@link Refusal}. */
sealed interface Judgement permits Refusal, Judgement.Counted, Judgement.Later {
  /** It stands in the log. */
  enum Counted implements Judgement {
    COUNTED
  }

  /** It depends on a snapshot that has not come yet: to be judged again when it has. */
  enum Later implements Judgement, Resolution {
    LATER
  }
}
