package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Segment;
import java.util.Map;

/**
 * All documents and run state of a namespace at one revision, by key. Archived features are not in
 * it.
 *
 * @param namespace name of the namespace
 * @param revision revision of the namespace
 * @param features its features
 * @param segments its segments
 * @param layers its layers
 * @param holdouts its holdouts
 */
public record SnapshotSource(
    String namespace,
    long revision,
    Map<String, FeatureSource> features,
    Map<String, Segment> segments,
    Map<String, Layer> layers,
    Map<String, Holdout> holdouts) {
  /** Copies the maps. */
  public SnapshotSource {
    requireNonNull(namespace, "namespace");
    features = Map.copyOf(features);
    segments = Map.copyOf(segments);
    layers = Map.copyOf(layers);
    holdouts = Map.copyOf(holdouts);
  }
}
