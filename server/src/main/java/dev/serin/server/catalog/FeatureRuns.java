package dev.serin.server.catalog;

import dev.serin.engine.EndedRun;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.engine.SplitPeriod;
import dev.serin.v1.Feature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a feature: of each split what the last one serves, and those that ended and that
 * outcomes may still come for. Pure: the same rows in the same order leave the same runs, on every
 * replica, whenever it began to read.
 *
 * @param revision at which a run last changed what is served, or who owns a split
 * @param splits what the last run of each split serves, oldest first
 * @param ended runs that ended a short time ago, newest first
 */
record FeatureRuns(long revision, List<SplitRun> splits, List<EndedRun> ended) {
  /** The runs of a feature that never had one. */
  static final FeatureRuns NONE = new FeatureRuns(0, List.of(), List.of());

  /** Time for which an ended run is known: as long as an ended counting period. */
  private static final Duration KEPT = FeaturePeriods.KEPT;

  /** Ended runs of a feature that are known. Outcomes of older ones are refused. */
  static final int MAX_ENDED = 1_000;

  FeatureRuns {
    splits = List.copyOf(splits);
    ended = List.copyOf(ended);
  }

  /**
   * What a run serves of its split.
   *
   * @param revision it serves it from
   * @param end when and where it ended; null: it has not, or never served anything
   */
  record SplitRun(ServedRun run, long revision, @Nullable EndedRun end) {}

  /** The runs after a row that came after all that is held. */
  FeatureRuns after(ServedRunRows.Row row) {
    SplitRun held = find(row.run());
    SplitRun next = next(held, row);
    List<SplitRun> nextSplits = new ArrayList<>(splits);
    nextSplits.removeIf(split -> split.run().split().equals(row.run().split()));
    nextSplits.add(next);
    EndedRun end = next.end();
    boolean hasEnded = end != null && (held == null || held.end() == null);
    return new FeatureRuns(row.revision(), nextSplits, endedWith(hasEnded ? end : null, row));
  }

  /** What the run of a row served until then; null: nothing. */
  private @Nullable SplitRun find(ServedRun run) {
    for (SplitRun split : splits) {
      if (split.run().run().equals(run.run())) {
        return split;
      }
    }
    return null;
  }

  private static SplitRun next(@Nullable SplitRun held, ServedRunRows.Row row) {
    // A run never goes back: outcomes name all stages that it has reached.
    int stage = Math.max(row.run().stage(), held == null ? 0 : held.run().stage());
    ServedRun run = row.run().atStage(stage);
    EndedRun end = held == null ? null : held.end();
    if (end == null && !run.active() && run.serving() != ServedRun.Serving.WAITING) {
      end =
          new EndedRun(
              run.split(),
              run.run(),
              run.stage(),
              run.treatment(),
              run.control(),
              row.revision(),
              row.timeMillis());
    }
    return new SplitRun(run, row.revision(), end);
  }

  private List<EndedRun> endedWith(@Nullable EndedRun newest, ServedRunRows.Row row) {
    List<EndedRun> next = new ArrayList<>();
    if (newest != null) {
      next.add(newest);
    }
    long keptFrom = row.timeMillis() - KEPT.toMillis();
    for (EndedRun run : ended) {
      if (run.endedMillis() >= keptFrom && next.size() < MAX_ENDED) {
        next.add(run);
      }
    }
    return next;
  }

  /**
   * What is served of the feature's splits instead of their documents' weights.
   *
   * @param document the feature, as it is now
   * @param periods its counting periods: with a newer one a document serves again
   */
  List<LiveRun> live(Feature document, List<SplitPeriod> periods) {
    return serving(document, periods).map(split -> live(split.run())).toList();
  }

  /**
   * The runs that ended and that outcomes may still come for: those that ended a short time ago,
   * and those that are served.
   */
  List<EndedRun> ended(Feature document, List<SplitPeriod> periods) {
    List<EndedRun> all = new ArrayList<>(ended);
    serving(document, periods)
        .map(SplitRun::end)
        .filter(end -> end != null && !ended.contains(end))
        .forEach(all::add);
    return all;
  }

  private Stream<SplitRun> serving(Feature document, List<SplitPeriod> periods) {
    return splits.stream()
        .filter(held -> held.run().serving() != ServedRun.Serving.WAITING)
        .filter(held -> isSplit(document, held.run().split()) && !isChanged(held, periods));
  }

  private static boolean isSplit(Feature document, String id) {
    return document.getSplitsList().stream().anyMatch(split -> split.getId().equals(id));
  }

  /** A split that is made again, or drawn otherwise, has a period that is newer than the run. */
  private static boolean isChanged(SplitRun held, List<SplitPeriod> periods) {
    return periods.stream()
        .anyMatch(
            period ->
                period.isCurrent()
                    && period.split().equals(held.run().split())
                    && period.revision() > held.revision());
  }

  private static LiveRun live(ServedRun run) {
    return new LiveRun(
        run.split(),
        run.run(),
        run.stage(),
        run.treatment(),
        run.control(),
        run.shareParts(),
        run.shareOf(),
        run.keepBucketing(),
        phase(run.serving()),
        run.staleAfterMillis());
  }

  private static RunPhase phase(ServedRun.Serving serving) {
    return switch (serving) {
      case WAITING -> throw new IllegalArgumentException("serving: WAITING (expected: a phase)");
      case RUNNING -> RunPhase.RUNNING;
      case COMPLETED -> RunPhase.COMPLETED;
      case ROLLED_BACK -> RunPhase.ROLLED_BACK;
    };
  }

  /** The runs that own their splits. */
  List<ServedRun> active() {
    return splits.stream().map(SplitRun::run).filter(ServedRun::active).toList();
  }
}
