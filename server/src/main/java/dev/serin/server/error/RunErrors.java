package dev.serin.server.error;

import java.util.List;
import java.util.Map;

/**
 * Errors of commands to runs of rollouts, as {@link ApiErrors} makes the others.
 *
 * <p>Versions are unsigned numbers of entries in a run's log.
 */
public final class RunErrors {
  private RunErrors() {}

  /**
   * RUN_STATE: the state does not allow the command.
   *
   * @param rollout its key
   * @param state of its newest run
   * @param version of that run
   * @param because why not, and what would help
   */
  public static ApiException state(String rollout, String state, long version, String because) {
    return ApiErrors.error(
        ErrorReason.RUN_STATE,
        "rollout " + ApiErrors.shown(rollout) + ", " + state + ": " + because,
        Map.of("rollout", rollout, "state", state, "version", text(version)));
  }

  /**
   * RUN_UNREADABLE: this version of the server cannot read the run.
   *
   * @param rollout its key
   * @param feature whose kill switch ends what the run serves
   * @param run id
   * @param why what cannot be read
   */
  public static ApiException unreadable(String rollout, String feature, String run, String why) {
    return ApiErrors.error(
        ErrorReason.RUN_UNREADABLE,
        "rollout "
            + ApiErrors.shown(rollout)
            + ": run "
            + run
            + " cannot be read by this server (expected: one as new as that which wrote it;"
            + " meanwhile the kill switch of feature "
            + ApiErrors.shown(feature)
            + " ends what the run serves): "
            + why,
        Map.of("rollout", rollout, "feature", feature, "run", run));
  }

  /**
   * ROLLOUT_ACTIVE: the split that a run is to be started on has an active one.
   *
   * @param rollout that is started
   * @param owner the rollout whose run is active: the same, or another one; empty: not known
   * @param run id of that run
   */
  public static ApiException active(String rollout, String owner, String run) {
    return ApiErrors.error(
        ErrorReason.ROLLOUT_ACTIVE,
        "rollout "
            + ApiErrors.shown(rollout)
            + (owner.equals(rollout)
                ? ": started already, its run " + run + " is active (expected: one that is over)"
                : ": the split has the active run "
                    + run
                    + (owner.isEmpty() ? "" : " of rollout " + ApiErrors.shown(owner))
                    + " (expected: no active run)"),
        Map.of("document", "rollout/" + rollout, "run", run, "rollout", owner));
  }

  /**
   * RUN_VERSION_CONFLICT: the newest run is not at the version that the caller expected.
   *
   * @param actual version; 0: never started
   * @param expected likewise
   */
  public static ApiException versionConflict(String rollout, long actual, long expected) {
    return ApiErrors.error(
        ErrorReason.RUN_VERSION_CONFLICT,
        "rollout "
            + ApiErrors.shown(rollout)
            + ": its run is at version "
            + text(actual)
            + " (expected: "
            + text(expected)
            + ")",
        Map.of("rollout", rollout, "version", text(actual), "expected_version", text(expected)));
  }

  /** RUN_VERSION_CONFLICT: each time the command had been decided, the run had moved. */
  public static ApiException moving(String rollout, long version) {
    return ApiErrors.error(
        ErrorReason.RUN_VERSION_CONFLICT,
        "rollout "
            + ApiErrors.shown(rollout)
            + ": its run moved each time the command was decided, last to version "
            + text(version)
            + " (expected: send it again)",
        Map.of("rollout", rollout, "version", text(version)));
  }

  /**
   * REQUEST_ID_REUSED.
   *
   * @param id of the request
   * @param asked the command that it was used for
   */
  public static ApiException requestIdReused(String id, String asked) {
    String used = "was used for another command (expected: a new id for each)";
    return new ApiException(
        ErrorReason.REQUEST_ID_REUSED,
        "request_id: \"" + ApiErrors.shown(id) + "\" " + used,
        List.of(FieldViolation.ofRequest("request_id", used)),
        Map.of("asked", ApiErrors.shown(asked)),
        null,
        null);
  }

  /** RUN_NOT_FOUND: the rollout was never started. */
  public static ApiException neverStarted(String rollout) {
    return ApiErrors.error(
        ErrorReason.RUN_NOT_FOUND,
        "rollout " + ApiErrors.shown(rollout) + ": never started (expected: start it first)",
        Map.of("rollout", rollout));
  }

  /**
   * RUN_NOT_FOUND: the rollout has no such run.
   *
   * @param number which was asked for, from 1
   * @param newest number of the newest there is; 0: none
   */
  public static ApiException noSuchRun(String rollout, long number, long newest) {
    return ApiErrors.error(
        ErrorReason.RUN_NOT_FOUND,
        "rollout "
            + ApiErrors.shown(rollout)
            + ": run "
            + text(number)
            + " not found (expected: "
            + (newest == 0 ? "start it first" : "1 to " + newest)
            + ")",
        Map.of("rollout", rollout, "newest", text(newest)));
  }

  private static String text(long unsigned) {
    return Long.toUnsignedString(unsigned);
  }
}
