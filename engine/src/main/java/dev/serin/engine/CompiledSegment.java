package dev.serin.engine;

import dev.serin.v1.Segment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A segment, compiled. Immutable. */
final class CompiledSegment {
  private final Segment document;
  private final Unit unit;
  private final @Nullable Matcher excluded;
  private final @Nullable Matcher included;
  private final List<Clause> when;
  private final Step graph;

  CompiledSegment(Segment document, ConditionCompiler compiler, SchemaBuilder schema) {
    this.document = document;
    this.unit = Unit.of(document.getAttribute(), schema);
    this.excluded = compiler.texts(unit.slot(), document.getExcludedList());
    this.included = compiler.texts(unit.slot(), document.getIncludedList());
    this.when = document.getWhenList().stream().map(compiler::compile).toList();
    Clause.AllOf all = new Clause.AllOf(when);
    this.graph =
        when.isEmpty()
            ? Step.Membership.NO_MEMBER
            : all.wire(Step.Membership.MEMBER, Step.Membership.NO_MEMBER);
  }

  Segment document() {
    return document;
  }

  /** Returns the attribute whose values are included and excluded. */
  Unit unit() {
    return unit;
  }

  /** Returns the statement that the user is excluded by name; null: nobody is. */
  @Nullable Matcher excluded() {
    return excluded;
  }

  /** Returns the statement that the user is included by name; null: nobody is. */
  @Nullable Matcher included() {
    return included;
  }

  /** Returns the conditions. */
  List<Clause> when() {
    return when;
  }

  /** Returns whether this call's user is in the segment. */
  boolean contains(EvaluationContext context) {
    if (excluded != null && excluded.matches(context)) {
      return false;
    }
    if (included != null && included.matches(context)) {
      return true;
    }
    return Step.walk(graph, context) == Step.Membership.MEMBER;
  }
}
