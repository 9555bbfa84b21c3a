package dev.serin.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The documents that others name, by the places the schema gives them. Features know places only,
 * so that a changed segment or layer is followed without compiling those who name it anew.
 */
final class Links {
  private final @Nullable CompiledSegment[] segments;
  private final @Nullable CompiledLayer[] layers;
  private final @Nullable CompiledHoldout[] holdouts;
  private final @Nullable CompiledFeature[] features;

  Links(
      Schema schema,
      Map<String, CompiledSegment> segments,
      Map<String, CompiledLayer> layers,
      Map<String, CompiledHoldout> holdouts,
      Map<String, CompiledFeature> features) {
    this.segments = new CompiledSegment[schema.segments().size()];
    place(schema.segments(), segments, this.segments);
    this.layers = new CompiledLayer[schema.layers().size()];
    place(schema.layers(), layers, this.layers);
    this.holdouts = new CompiledHoldout[schema.holdouts().size()];
    place(schema.holdouts(), holdouts, this.holdouts);
    this.features = new CompiledFeature[schema.features().size()];
    place(schema.features(), features, this.features);
  }

  CompiledSegment segment(int place) {
    return present(segments[place]);
  }

  CompiledLayer layer(int place) {
    return present(layers[place]);
  }

  CompiledHoldout holdout(int place) {
    return present(holdouts[place]);
  }

  CompiledFeature feature(int place) {
    return present(features[place]);
  }

  private static <T> void place(Names places, Map<String, T> documents, @Nullable T[] target) {
    places.asMap().forEach((key, place) -> target[place] = documents.get(key));
  }

  /** A place is empty only when nobody in a valid namespace names it any more. */
  private static <T> T present(@Nullable T document) {
    if (document == null) {
      throw new IllegalStateException("context: begun with another snapshot than the feature's");
    }
    return document;
  }
}
