package dev.serin.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers inside compiled features mean: attributes are slots of a {@link Frame}, literals
 * are ids of their attribute, and the documents a feature names are places in its snapshot.
 *
 * <p>Immutable. Along a line of incremental compilations a schema is only appended to, so that a
 * feature compiled under an earlier schema keeps its meaning under every later one.
 */
final class Schema {
  /** Slot of the user key, in every schema. */
  static final int USER_KEY_SLOT = 0;

  /** Name of the user key where a document names an attribute. */
  static final String USER_KEY = "user_key";

  /** The schema of a namespace without documents. */
  static final Schema NONE = new SchemaBuilder().build();

  /**
   * Literals that changes may leave behind unused, besides as many as are used: bounds the memory
   * of a namespace that changes for ever.
   */
  private static final int MAX_SPARE_LITERALS = 10_000;

  private final Names attributes;
  private final Names[] literals;
  private final Names segments;
  private final Names features;
  private final Names layers;
  private final Names holdouts;

  /** Literals when everything was last compiled together: all of them were used then. */
  private final int usedLiterals;

  /**
   * Makes a schema.
   *
   * @param appendedTo the schema it begins with; null: it begins with nothing
   */
  Schema(
      @Nullable Schema appendedTo,
      Names attributes,
      List<Names> literals,
      Names segments,
      Names features,
      Names layers,
      Names holdouts) {
    this.attributes = attributes;
    this.literals = literals.toArray(Names[]::new);
    this.segments = segments;
    this.features = features;
    this.layers = layers;
    this.holdouts = holdouts;
    this.usedLiterals = appendedTo == null ? literalCount() : appendedTo.usedLiterals;
  }

  /** Returns attribute → slot. */
  Names attributes() {
    return attributes;
  }

  /** Returns literal → id of an attribute's texts. */
  Names literals(int slot) {
    return literals[slot];
  }

  /** Returns segment → place. */
  Names segments() {
    return segments;
  }

  /** Returns feature that is a prerequisite → place. */
  Names features() {
    return features;
  }

  /** Returns layer → place. */
  Names layers() {
    return layers;
  }

  /** Returns holdout → place. */
  Names holdouts() {
    return holdouts;
  }

  /** Returns whether so much was appended that compiling everything anew is worth its time. */
  boolean isOvergrown() {
    return literalCount() > 2 * usedLiterals + MAX_SPARE_LITERALS;
  }

  private int literalCount() {
    int count = 0;
    for (Names names : literals) {
      count += names.size();
    }
    return count;
  }
}
