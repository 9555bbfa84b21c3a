package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Feature;
import java.util.List;

/**
 * One feature with its run state: all that its answers depend on besides the documents it names.
 *
 * @param document the feature
 * @param revision namespace revision at which the document or its live ranges last changed
 * @param killed true: the kill switch is set
 * @param runs the runs of its splits, at most one for each split
 */
public record FeatureSource(Feature document, long revision, boolean killed, List<LiveRun> runs) {
  /** Copies the list. */
  public FeatureSource {
    requireNonNull(document, "document");
    runs = List.copyOf(runs);
  }
}
