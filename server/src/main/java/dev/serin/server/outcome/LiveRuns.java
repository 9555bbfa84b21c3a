package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.EndedRun;
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
    for (EndedRun ended : compiled.source().endedRuns()) {
      if (ended.runId().equals(run) && ended.split().equals(split)) {
        return new KnownRun(
            ended.treatment(),
            ended.control(),
            ended.stage(),
            ended.revision(),
            ended.endedMillis());
      }
    }
    // One that is being taken back is open: what it served counts until all have heard of it.
    for (LiveRun live : compiled.source().runs()) {
      if (live.runId().equals(run) && live.split().equals(split)) {
        return new KnownRun(
            live.treatment(), live.control(), live.stage(), KnownRun.NO_REVISION, OPEN);
      }
    }
    return null;
  }
}
