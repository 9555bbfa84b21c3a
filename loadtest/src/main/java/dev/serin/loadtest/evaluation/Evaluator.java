package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.workload.Users;

/**
 * One way to evaluate features inside the process, loaded with the features of one workload.
 *
 * <p>Contexts are opaque so that each evaluator keeps its own type; a context is given back only to
 * the evaluator that made it. Used by one thread at a time.
 */
public interface Evaluator extends AutoCloseable {

  /** Returns the user as this evaluator's callers hand it in, all six attributes set. */
  Object context(Users.User user);

  /** Returns whether the feature of this key is on for the user. */
  boolean isOn(String feature, Object context);

  @Override
  void close();
}
