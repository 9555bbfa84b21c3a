package dev.serin.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The segments and prerequisites already answered in a call, by place. For one thread at a time.
 */
final class Answers {
  /** A segment nobody has asked for. */
  static final int UNKNOWN = 0;

  /** The user is not in the segment. */
  static final int NO = 1;

  /** The user is in the segment. */
  static final int YES = 2;

  /** One call after another; the two bits below it are free. */
  private static final long GENERATION = 4;

  private long generation;
  private long[] segments = {};
  private long[] asked = {};
  private @Nullable Decision[] prerequisites = {};

  /** Makes room for the places of a schema. */
  void fit(Schema schema) {
    if (segments.length < schema.segments().size()) {
      segments = Arrays.copyOf(segments, schema.segments().size());
    }
    if (asked.length < schema.features().size()) {
      asked = Arrays.copyOf(asked, schema.features().size());
      prerequisites = Arrays.copyOf(prerequisites, schema.features().size());
    }
  }

  /** Forgets all answers. */
  void forget() {
    generation += GENERATION;
  }

  int segment(int place) {
    long answer = segments[place] - generation;
    return answer == NO || answer == YES ? (int) answer : UNKNOWN;
  }

  void setSegment(int place, boolean member) {
    segments[place] = generation + (member ? YES : NO);
  }

  @Nullable Decision prerequisite(int place) {
    return asked[place] == generation ? prerequisites[place] : null;
  }

  void setPrerequisite(int place, Decision decision) {
    asked[place] = generation;
    prerequisites[place] = decision;
  }
}
