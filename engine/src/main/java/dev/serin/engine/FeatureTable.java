package dev.serin.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The features of a snapshot, found by key without allocation. Immutable.
 *
 * <p>Two tables like those of {@link Names}, but with the features themselves in their places: each
 * step from a number to what it stands for would be a cache miss of its own in a namespace of
 * thousands. For the same reason the first is three quarters empty, so that nearly every search
 * looks at one feature only, which is the one that is evaluated next.
 */
final class FeatureTable {
  private final @Nullable CompiledFeature[] byText;
  private final int mask;
  private final KeyTable keys;
  private final @Nullable CompiledFeature[] byPlace;

  /**
   * Makes a table.
   *
   * @param features features of different keys
   */
  FeatureTable(List<CompiledFeature> features) {
    int capacity = Integer.highestOneBit(Math.max(1, features.size()) * 4) << 1;
    byText = new @Nullable CompiledFeature[capacity];
    mask = capacity - 1;
    List<String> texts = new ArrayList<>();
    features.forEach(feature -> texts.add(feature.key()));
    keys = KeyTable.of(texts);
    byPlace = new @Nullable CompiledFeature[keys.places()];
    features.forEach(this::put);
  }

  private FeatureTable(
      @Nullable CompiledFeature[] byText, KeyTable keys, @Nullable CompiledFeature[] byPlace) {
    this.byText = byText;
    this.mask = byText.length - 1;
    this.keys = keys;
    this.byPlace = byPlace;
  }

  /** Returns a table in which some features stand in the places of those with their keys. */
  FeatureTable with(List<CompiledFeature> changed) {
    FeatureTable table = new FeatureTable(byText.clone(), keys, byPlace.clone());
    changed.forEach(table::put);
    return table;
  }

  /** Puts a feature in the place of the one with its key, or in a free one. */
  private void put(CompiledFeature feature) {
    int place = Names.spread(feature.key()) & mask;
    CompiledFeature there;
    while ((there = byText[place]) != null && !there.key().equals(feature.key())) {
      place = (place + 1) & mask;
    }
    byText[place] = feature;
    byte[] utf8 = feature.key().getBytes(StandardCharsets.UTF_8);
    byPlace[keys.find(utf8, 0, utf8.length, Bucketing.hash(utf8, 0, utf8.length))] = feature;
  }

  /** Returns the feature of a key; null: there is none. */
  @Nullable CompiledFeature find(String key) {
    int place = Names.spread(key) & mask;
    CompiledFeature feature;
    while ((feature = byText[place]) != null) {
      if (feature.key().equals(key)) {
        return feature;
      }
      place = (place + 1) & mask;
    }
    return null;
  }

  /** Returns the feature of a key given in UTF-8; null: there is none. */
  @Nullable CompiledFeature find(byte[] utf8, int offset, int length) {
    int place = keys.find(utf8, offset, length, Bucketing.hash(utf8, offset, length));
    return place == KeyTable.ABSENT ? null : byPlace[place];
  }
}
