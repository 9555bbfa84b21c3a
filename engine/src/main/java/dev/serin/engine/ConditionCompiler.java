package dev.serin.engine;

import com.google.protobuf.Value;
import com.google.re2j.Pattern;
import dev.serin.v1.Condition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns conditions into the cheapest structures that decide them exactly. */
final class ConditionCompiler {
  /**
   * Texts of one condition that become literals of their attribute; longer lists are sets of their
   * own, so that they do not slow down everybody's look-up.
   */
  private static final int MAX_LITERALS_PER_CONDITION = 512;

  /** Literals of one attribute: below this, a bit for each is smaller than the texts are. */
  private static final int MAX_LITERALS_PER_ATTRIBUTE = 12_000;

  private final SchemaBuilder schema;

  ConditionCompiler(SchemaBuilder schema) {
    this.schema = schema;
  }

  /** Compiles one condition of a valid document. */
  Clause compile(Condition condition) {
    if (condition.getAllCount() > 0) {
      return new Clause.AllOf(condition.getAllList().stream().map(this::compile).toList());
    }
    if (condition.getAnyCount() > 0) {
      return new Clause.AnyOf(condition.getAnyList().stream().map(this::compile).toList());
    }
    if (condition.hasNot()) {
      return new Clause.Not(compile(condition.getNot()));
    }
    if (!condition.getSegment().isEmpty()) {
      return new Clause.Leaf(new SegmentMatcher(schema.segment(condition.getSegment())));
    }
    return attribute(schema.slot(condition.getAttribute()), condition);
  }

  private Clause attribute(int slot, Condition condition) {
    if (condition.hasEquals()) {
      return values(slot, List.of(condition.getEquals()));
    }
    if (condition.getInCount() > 0) {
      return values(slot, condition.getInList());
    }
    if (condition.getContainsCount() > 0) {
      return needles(slot, NeedleMatcher.Place.ANYWHERE, condition.getContainsList());
    }
    if (condition.getStartsWithCount() > 0) {
      return needles(slot, NeedleMatcher.Place.START, condition.getStartsWithList());
    }
    if (condition.getEndsWithCount() > 0) {
      return needles(slot, NeedleMatcher.Place.END, condition.getEndsWithList());
    }
    if (!condition.getMatches().isEmpty()) {
      return new Clause.Leaf(new RegexMatcher(slot, Pattern.compile(condition.getMatches())));
    }
    if (condition.hasNumber()) {
      return new Clause.Leaf(new NumberRangeMatcher(slot, condition.getNumber()));
    }
    if (condition.hasVersion()) {
      return new Clause.Leaf(new VersionMatcher(slot, condition.getVersion()));
    }
    if (condition.hasTime()) {
      return new Clause.Leaf(new TimeMatcher(slot, condition.getTime()));
    }
    Clause present = new Clause.Leaf(new PresentMatcher(slot));
    return condition.getPresent() ? present : new Clause.Not(present);
  }

  private static Clause needles(int slot, NeedleMatcher.Place place, List<String> needles) {
    return new Clause.Leaf(new NeedleMatcher(slot, place, needles));
  }

  /** Splits values by kind: kinds never mix, so that each has a structure of its own. */
  private Clause values(int slot, List<Value> values) {
    Set<String> texts = new LinkedHashSet<>();
    List<Double> numbers = new ArrayList<>();
    boolean matchesTrue = false;
    boolean matchesFalse = false;
    for (Value value : values) {
      switch (value.getKindCase()) {
        case STRING_VALUE -> texts.add(value.getStringValue());
        case NUMBER_VALUE -> numbers.add(value.getNumberValue());
        case BOOL_VALUE -> {
          matchesTrue |= value.getBoolValue();
          matchesFalse |= !value.getBoolValue();
        }
        case NULL_VALUE, STRUCT_VALUE, LIST_VALUE, KIND_NOT_SET ->
            throw new IllegalArgumentException(
                "value: " + value.getKindCase() + " (expected: a text, number or bool)");
      }
    }
    List<Clause> clauses = new ArrayList<>();
    if (matchesTrue || matchesFalse) {
      clauses.add(new Clause.Leaf(new BoolMatcher(slot, matchesTrue, matchesFalse)));
    }
    if (!numbers.isEmpty()) {
      double[] array = numbers.stream().mapToDouble(Double::doubleValue).toArray();
      clauses.add(new Clause.Leaf(new NumberSetMatcher(slot, array)));
    }
    Matcher matcher = texts(slot, texts);
    if (matcher != null) {
      clauses.add(new Clause.Leaf(matcher));
    }
    return clauses.size() == 1 ? clauses.get(0) : new Clause.AnyOf(clauses);
  }

  /** Returns the statement that an attribute is one of some texts; null: there are none. */
  @Nullable Matcher texts(int slot, java.util.Collection<String> texts) {
    if (texts.isEmpty()) {
      return null;
    }
    if (texts.size() > MAX_LITERALS_PER_CONDITION
        || schema.literalCount(slot) + texts.size() > MAX_LITERALS_PER_ATTRIBUTE) {
      return new KeySetMatcher(slot, KeyTable.of(texts));
    }
    int[] ids = texts.stream().mapToInt(text -> schema.literal(slot, text)).toArray();
    return new TextIdMatcher(slot, ids);
  }
}
