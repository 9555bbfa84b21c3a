package dev.serin.server.outcome;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.engine.Snapshot;
import org.jspecify.annotations.Nullable;

/** The runs that snapshots serve: each split's last one. */
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
    for (LiveRun live : compiled.source().runs()) {
      if (live.runId().equals(run) && live.split().equals(split)) {
        return new KnownRun(
            live.treatment(),
            live.control(),
            live.stage(),
            live.phase() == RunPhase.RUNNING ? OPEN : ENDED_UNKNOWN);
      }
    }
    return null;
  }
}
