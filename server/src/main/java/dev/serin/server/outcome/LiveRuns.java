package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.EndedRun;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.Snapshot;
import org.jspecify.annotations.Nullable;

/** The runs that snapshots know: each split's last one, and those that ended a short time ago. */
final class LiveRuns implements RunDirectory {
  private final OutcomeSnapshots snapshots;

  LiveRuns(OutcomeSnapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public @Nullable KnownRun find(String namespace, String feature, String split, String run) {
    Snapshot snapshot = snapshots.get(namespace);
    CompiledFeature compiled = snapshot == null ? null : snapshot.feature(feature);
    if (compiled == null) {
      return null;
    }
    LiveRun live = live(compiled.source(), split, run);
    for (EndedRun ended : compiled.source().endedRuns()) {
      if (ended.runId().equals(run) && ended.split().equals(split)) {
        return new KnownRun(
            ended.treatment(),
            ended.control(),
            ended.stage(),
            ended.revision(),
            ended.endedMillis(),
            live != null);
      }
    }
    // One that is being taken back is open: what it served counts until all have heard of it.
    return live == null
        ? null
        : new KnownRun(
            live.treatment(), live.control(), live.stage(), KnownRun.NO_REVISION, OPEN, true);
  }

  private static @Nullable LiveRun live(FeatureSource source, String split, String run) {
    for (LiveRun live : source.runs()) {
      if (live.runId().equals(run) && live.split().equals(split)) {
        return live;
      }
    }
    return null;
  }
}
