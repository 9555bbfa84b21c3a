package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.RunErrors;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.plan.RolloutPlan;
import java.util.Optional;

/**
 * A run as far as this version of the server can read it.
 *
 * @param stored as the store has it
 * @param plan that it goes by; empty: its documents cannot be read
 * @param view all of it; empty: something cannot be read
 * @param unreadable what, and why; empty: all can be read
 */
public record RunReading(
    StoredRun stored, Optional<RolloutPlan> plan, Optional<RunView> view, String unreadable) {
  /** Checks that all is there. */
  public RunReading {
    requireNonNull(stored, "stored");
    requireNonNull(plan, "plan");
    requireNonNull(view, "view");
    if (view.isEmpty() == unreadable.isEmpty()) {
      throw new IllegalArgumentException(
          "unreadable: \"" + unreadable + "\" (expected: a reason where there is no view)");
    }
  }

  /** That of a run that was read. */
  public static RunReading of(RunView view) {
    return new RunReading(view.stored(), Optional.of(view.plan()), Optional.of(view), "");
  }

  /**
   * All of it, for whoever asks.
   *
   * @throws ApiException {@code RUN_UNREADABLE}
   */
  public RunView require() {
    return view.orElseThrow(this::refused);
  }

  private ApiException refused() {
    RunOrigin origin = stored.origin();
    return RunErrors.unreadable(origin.rollout(), origin.feature(), origin.run(), unreadable);
  }
}
