package dev.serin.engine;

import com.google.protobuf.Value;
import dev.serin.v1.Condition;
import dev.serin.v1.NumberRange;
import dev.serin.v1.TimeRange;
import dev.serin.v1.VersionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Valid conditions of every kind. */
final class RandomConditions {
  private static final int MAX_DEPTH = 4;

  private final Random random;
  private final Vocabulary words;

  RandomConditions(Random random) {
    this.random = random;
    this.words = new Vocabulary(random);
  }

  /**
   * A list of conditions, mostly short.
   *
   * @param segments segments they may name
   */
  List<Condition> list(List<String> segments) {
    List<Condition> list = new ArrayList<>();
    for (int n = random.nextInt(3); n > 0; n--) {
      list.add(condition(segments, 1));
    }
    return list;
  }

  Condition condition(List<String> segments) {
    return condition(segments, 1);
  }

  private Condition condition(List<String> segments, int depth) {
    Condition.Builder condition = Condition.newBuilder();
    switch (random.nextInt(depth < MAX_DEPTH ? 10 : 6)) {
      case 6 -> {
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
          condition.addAll(condition(segments, depth + 1));
        }
      }
      case 7, 8 -> {
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
          condition.addAny(condition(segments, depth + 1));
        }
      }
      case 9 -> condition.setNot(condition(segments, depth + 1));
      case 5 -> {
        if (segments.isEmpty()) {
          test(condition);
        } else {
          condition.setSegment(words.pick(segments));
        }
      }
      default -> test(condition);
    }
    return condition.build();
  }

  private void test(Condition.Builder condition) {
    String attribute = words.attribute();
    condition.setAttribute(attribute);
    if (attribute.equals("version") && words.oneIn(2)) {
      condition.setVersion(versions());
      return;
    }
    if (attribute.equals("since") && words.oneIn(2)) {
      condition.setTime(times());
      return;
    }
    switch (random.nextInt(12)) {
      case 0, 1 -> condition.setEquals(words.literal(attribute));
      case 2, 3 -> condition.addAllIn(literals(attribute));
      case 4 -> condition.addAllContains(needles(attribute));
      case 5 -> condition.addAllStartsWith(needles(attribute));
      case 6 -> condition.addAllEndsWith(needles(attribute));
      case 7 -> condition.setMatches(words.expression());
      case 8 -> condition.setNumber(numbers());
      case 9 -> condition.setVersion(versions());
      case 10 -> condition.setTime(times());
      default -> condition.setPresent(random.nextBoolean());
    }
  }

  /** Sometimes more than one would compare one by one, and more than get an id each. */
  private List<Value> literals(String attribute) {
    List<Value> literals = new ArrayList<>();
    if (words.oneIn(40)) {
      Vocabulary.many().forEach(text -> literals.add(Vocabulary.string(text)));
    }
    for (int n = 1 + random.nextInt(words.oneIn(4) ? 40 : 4); n > 0; n--) {
      literals.add(words.literal(attribute));
    }
    return literals;
  }

  private List<String> needles(String attribute) {
    List<String> needles = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      needles.add(words.needle(attribute));
    }
    return needles;
  }

  private NumberRange numbers() {
    NumberRange.Builder range = NumberRange.newBuilder();
    int sides = 1 + random.nextInt(3);
    if ((sides & 1) != 0) {
      double bound = words.finite();
      if (words.oneIn(2)) {
        range.setAtLeast(bound);
      } else {
        range.setGreaterThan(bound);
      }
    }
    if ((sides & 2) != 0) {
      double bound = words.finite();
      if (words.oneIn(2)) {
        range.setAtMost(bound);
      } else {
        range.setLessThan(bound);
      }
    }
    return range.build();
  }

  private VersionRange versions() {
    VersionRange.Builder range = VersionRange.newBuilder();
    int sides = random.nextInt(4);
    if (sides == 0) {
      return range.setEquals(words.pick(Vocabulary.VERSIONS)).build();
    }
    if ((sides & 1) != 0) {
      String bound = words.pick(Vocabulary.VERSIONS);
      if (words.oneIn(2)) {
        range.setAtLeast(bound);
      } else {
        range.setGreaterThan(bound);
      }
    }
    if ((sides & 2) != 0) {
      String bound = words.pick(Vocabulary.VERSIONS);
      if (words.oneIn(2)) {
        range.setAtMost(bound);
      } else {
        range.setLessThan(bound);
      }
    }
    return range.build();
  }

  private TimeRange times() {
    TimeRange.Builder range = TimeRange.newBuilder();
    int sides = 1 + random.nextInt(3);
    if ((sides & 1) != 0) {
      range.setFrom(words.moment());
    }
    if ((sides & 2) != 0) {
      range.setBefore(words.moment());
    }
    return range.build();
  }
}
