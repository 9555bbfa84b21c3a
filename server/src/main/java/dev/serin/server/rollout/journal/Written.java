package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

/** What became of a change. All but {@link Done} have written nothing. */
public sealed interface Written {
  /**
   * It is durable.
   *
   * @param version of the run now
   */
  record Done(long version) implements Written {}

  /** The run has another version than it was decided on: read it, and decide again. */
  record Stale() implements Written {}

  /** The lease is another's: act no more until it is taken again. */
  record Unheld() implements Written {}

  /** The request came before, and this was the answer. */
  record Answered(Answer first) implements Written {
    /** Checks that it is there. */
    public Answered {
      requireNonNull(first, "first");
    }
  }

  /**
   * The request's id was used for another command.
   *
   * @param asked that command
   */
  record Reused(String asked) implements Written {
    /** Checks that it is there. */
    public Reused {
      requireNonNull(asked, "asked");
    }
  }

  /**
   * The split has an active run.
   *
   * @param run id of that run
   */
  record Taken(String run) implements Written {
    /** Checks that it is there. */
    public Taken {
      requireNonNull(run, "run");
    }
  }
}
