package dev.serin.server.rollout;

import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.v1.Verdict;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run's log says of its stages, told entry by entry. Not thread-safe.
 *
 * <p>Of a stage that was entered more than once, the last time.
 */
final class StageTrack {
  private final Map<Integer, Seen> stages = new HashMap<>();
  private @Nullable StoredEntry first;
  private @Nullable StoredEntry last;
  private @Nullable Verdict verdict;
  private int stage;

  /**
   * One stage.
   *
   * @param end empty: it was not left
   * @param verdict the newest look at it that the log knows
   */
  record Seen(Instant begin, Optional<Instant> end, Optional<Verdict> verdict) {}

  /** Adds the entry that follows. */
  void add(LoggedEntry logged) {
    StoredEntry entry = logged.stored();
    Instant time = Instant.ofEpochMilli(entry.timeMillis());
    logged
        .evidence()
        .verdict()
        .ifPresent(
            look -> {
              verdict = look;
              stages.computeIfPresent(
                  look.getStage(),
                  (number, seen) -> new Seen(seen.begin(), seen.end(), Optional.of(look)));
            });
    boolean over = RunMessages.Standing.after(entry).isOver();
    if (entry.stage() != stage || over) {
      stages.computeIfPresent(
          stage,
          (number, seen) ->
              new Seen(seen.begin(), seen.end().or(() -> Optional.of(time)), seen.verdict()));
    }
    if (entry.stage() != stage && !over) {
      stages.put(entry.stage(), new Seen(time, Optional.empty(), Optional.empty()));
    }
    stage = entry.stage();
    first = first == null ? entry : first;
    last = entry;
  }

  /** Number of the last entry; 0: none was added. */
  long version() {
    return last == null ? 0 : last.number();
  }

  Optional<StoredEntry> first() {
    return Optional.ofNullable(first);
  }

  Optional<StoredEntry> last() {
    return Optional.ofNullable(last);
  }

  /** Where the run stood after the last entry. */
  RunMessages.Standing standing() {
    return last == null ? RunMessages.Standing.BEGIN : RunMessages.Standing.after(last);
  }

  /** The newest look that the log knows. */
  Optional<Verdict> verdict() {
    return Optional.ofNullable(verdict);
  }

  /** A stage by its number; empty: it was never entered. */
  Optional<Seen> stage(int number) {
    return Optional.ofNullable(stages.get(number));
  }
}
