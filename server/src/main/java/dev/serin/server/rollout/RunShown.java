package dev.serin.server.rollout;

import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.control.Runs;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run as it is shown again and again: its log is read once. Not thread-safe. */
final class RunShown {
  /** Entries that are read at once. */
  private static final int PAGE = 100;

  private final Runs runs;
  private final StageTrack track = new StageTrack();
  private RunView view;

  RunShown(Runs runs, RunView view) {
    this.runs = runs;
    this.view = view;
  }

  RunView view() {
    return view;
  }

  /**
   * Reads what was added to the log, a page at most.
   *
   * @return the entries; empty: it was read to the version of the run as it is known
   */
  List<RolloutLogEntry> read() {
    if (track.version() >= view.stored().version()) {
      return List.of();
    }
    List<RolloutLogEntry> entries = new ArrayList<>();
    for (LoggedEntry logged : runs.log(id(), track.version(), PAGE)) {
      // What came since the run was read comes with its next reading.
      if (logged.stored().number() <= view.stored().version()) {
        entries.add(RunMessages.entry(RunReading.of(view), track.standing(), logged));
        track.add(logged);
      }
    }
    return entries;
  }

  /** Reads all of the log. */
  void readAll() {
    while (!read().isEmpty()) {
      // A page after the other.
    }
  }

  /**
   * Takes the run as it is now; false: nothing moved it.
   *
   * @throws dev.serin.server.error.ApiException {@code RUN_UNREADABLE}, or of the store
   */
  boolean refresh() {
    RunView now = runs.find(id()).map(RunReading::require).orElse(view);
    boolean moved = now.stored().version() != view.stored().version();
    view = now;
    return moved;
  }

  /** Whether it is over and all of its log was read. */
  boolean isOver() {
    return !view.stored().standing().active() && track.version() >= view.stored().version();
  }

  RolloutRun.Builder run() {
    return track
        .last()
        .map(last -> RunMessages.run(view, track.first().orElse(last), last))
        .orElseGet(() -> RunMessages.run(view));
  }

  /**
   * What is known of it.
   *
   * @param live the newest look, where this process looks at the run
   * @param because why it stays where it stands, where this process knows
   */
  RolloutProgress progress(Optional<Verdict> live, String because, Instant now) {
    RunProgress progress = new RunProgress(view, track, live, now);
    RolloutProgress.Builder message = progress.message().setBecause(because);
    Outlooks.of(view, track, progress, now).ifPresent(message::setOutlook);
    return message.build();
  }

  private String id() {
    return view.stored().origin().run();
  }
}
