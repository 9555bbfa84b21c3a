package dev.serin.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The documents that others name, by the places the schema gives them. Features know places only,
 * so that a changed segment or layer is followed without compiling those who name it anew.
 */
final class Links {
  private static final Links NONE = new Links();

  private final @Nullable CompiledSegment[] segments;
  private final @Nullable CompiledLayer[] layers;
  private final @Nullable CompiledHoldout[] holdouts;
  private final @Nullable CompiledFeature[] features;

  private Links() {
    segments = new CompiledSegment[0];
    layers = new CompiledLayer[0];
    holdouts = new CompiledHoldout[0];
    features = new CompiledFeature[0];
  }

  /**
   * Makes the links of a snapshot.
   *
   * @param previous the snapshot whose schema this one's was appended to; null: none
   */
  Links(Snapshot snapshot, @Nullable Snapshot previous) {
    Schema schema = snapshot.schema();
    Links earlier = previous == null ? NONE : previous.links();
    segments =
        placed(
            schema.segments(),
            snapshot.segments(),
            previous == null ? OrderedMap.of() : previous.segments(),
            earlier.segments);
    layers =
        placed(
            schema.layers(),
            snapshot.layers(),
            previous == null ? OrderedMap.of() : previous.layers(),
            earlier.layers);
    holdouts =
        placed(
            schema.holdouts(),
            snapshot.holdouts(),
            previous == null ? OrderedMap.of() : previous.holdouts(),
            earlier.holdouts);
    features =
        placed(
            schema.features(),
            snapshot.featuresByKey(),
            previous == null ? OrderedMap.of() : previous.featuresByKey(),
            earlier.features);
  }

  /** Returns documents in their places, those that did not change as they stood before. */
  private static <T> @Nullable T[] placed(
      Names places,
      OrderedMap<String, T> documents,
      OrderedMap<String, T> documentsBefore,
      @Nullable T[] before) {
    @Nullable T[] target = Arrays.copyOf(before, places.size());
    if (target.length == before.length) {
      documents.forEachDifference(
          documentsBefore,
          (key, old, now) -> {
            int place = places.number(key);
            if (place != Names.ABSENT) {
              target[place] = now;
            }
          });
    } else {
      places.asMap().forEach((key, place) -> target[place] = documents.get(key));
    }
    return target;
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

  /** A place is empty only when nobody in a valid namespace names it any more. */
  private static <T> T present(@Nullable T document) {
    if (document == null) {
      throw new IllegalStateException("context: begun with another snapshot than the feature's");
    }
    return document;
  }
}
