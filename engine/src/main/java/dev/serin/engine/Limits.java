package dev.serin.engine;

/** Every limit on documents and calls, with its unit and its reason. */
public final class Limits {
  // Texts: shown in consoles, logs and metric labels, so they stay short.

  /** Characters of the key of a feature, segment, layer, holdout or metric. */
  public static final int MAX_KEY_CHARS = 128;

  /** Characters of the key of a variant and of the id of a split or rule. */
  public static final int MAX_ID_CHARS = 64;

  /** Characters of a description. */
  public static final int MAX_DESCRIPTION_CHARS = 1_000;

  /** Characters of an owner. */
  public static final int MAX_OWNER_CHARS = 128;

  /** Characters of a tag. */
  public static final int MAX_TAG_CHARS = 64;

  /** Characters of an attribute's name. */
  public static final int MAX_ATTRIBUTE_CHARS = 128;

  /** Characters of a salt: room for the longest default, a namespace and two keys. */
  public static final int MAX_SALT_CHARS = 512;

  /** Characters of a metric's measure, which stands behind every number of it. */
  public static final int MAX_MEASURE_CHARS = 16;

  /** Characters of a regular expression: bounds the memory of its automaton. */
  public static final int MAX_REGEX_CHARS = 1_000;

  // Counts: bound the time and memory of one evaluation and of one compilation.

  /** Tags of a feature. */
  public static final int MAX_TAGS = 32;

  /** Variants of a feature. */
  public static final int MAX_VARIANTS = 64;

  /** Overrides of a feature. */
  public static final int MAX_OVERRIDES = 64;

  /** User keys in all overrides of a feature together; more people belong into a segment. */
  public static final int MAX_OVERRIDE_KEYS = 100_000;

  /** Prerequisites of a feature. */
  public static final int MAX_PREREQUISITES = 16;

  /** Features in a chain of prerequisites, the first included: bounds the stack. */
  public static final int MAX_PREREQUISITE_DEPTH = 8;

  /** Splits of a feature. */
  public static final int MAX_SPLITS = 32;

  /** Rules of a feature. */
  public static final int MAX_RULES = 256;

  /** Metrics of a feature's own: counts are kept for each of its variants and metrics. */
  public static final int MAX_FEATURE_METRICS = 32;

  /** Metrics of a namespace, without features' own: every feature may be counted by each. */
  public static final int MAX_NAMESPACE_METRICS = 256;

  /**
   * Size of a value that outcomes may report: exact sums of such values and squares stay finite.
   */
  public static final double MAX_METRIC_VALUE = 1e12;

  /** Conditions in one list (the list of a rule or segment, an {@code all} or an {@code any}). */
  public static final int MAX_CONDITIONS = 64;

  /** Levels of nested conditions: bounds the stack of whoever reads them. */
  public static final int MAX_CONDITION_DEPTH = 8;

  /** Segments in a chain of segments that name each other: bounds the stack. */
  public static final int MAX_SEGMENT_DEPTH = 8;

  /** Values of {@code in}; longer lists belong into a segment. */
  public static final int MAX_IN_VALUES = 100_000;

  /** Texts of {@code contains}, {@code starts_with} and {@code ends_with}. */
  public static final int MAX_NEEDLES = 1_000;

  /** Values of {@code included} and of {@code excluded}. */
  public static final int MAX_SEGMENT_VALUES = 1_000_000;

  // Sizes and totals.

  /** Bytes of a variant's value, encoded: it is sent with every answer. */
  public static final int MAX_VALUE_BYTES = 64 * 1024;

  /**
   * Lists and objects inside each other in a variant's value: as deep as a file can hold, which has
   * five levels around a value and one for what stands in the innermost.
   */
  public static final int MAX_VALUE_DEPTH = 26;

  /** Parts of a whole (split, layer, share): an unsigned 32-bit number with room for sums. */
  public static final int MAX_TOTAL = 1_000_000_000;

  /** The whole where a document states none: parts are percent. */
  public static final int DEFAULT_TOTAL = 100;

  private Limits() {}
}
