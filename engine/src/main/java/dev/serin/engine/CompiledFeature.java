package dev.serin.engine;

import dev.serin.v1.ValueType;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A feature, compiled. Immutable, to be evaluated by any number of threads, each with a context of
 * its own that was begun with the snapshot the feature was taken from.
 */
public final class CompiledFeature {
  private final String key;
  private final FeatureSource source;
  private final ValueType type;
  private final @Nullable Gates gates;
  private final List<CompiledRule> rules;
  private final Outcome last;
  private final Step first;
  private final List<Decision> decisions;

  CompiledFeature(
      FeatureSource source,
      ValueType type,
      @Nullable Gates gates,
      List<CompiledRule> rules,
      Outcome last,
      Step first,
      List<Decision> decisions) {
    this.key = source.document().getKey();
    this.source = source;
    this.type = type;
    this.gates = gates;
    this.rules = List.copyOf(rules);
    this.last = last;
    this.first = first;
    this.decisions = List.copyOf(decisions);
  }

  /** Returns the feature's key. */
  public String key() {
    return key;
  }

  /** Returns the type of its values. */
  public ValueType type() {
    return type;
  }

  /** Returns the namespace revision at which the document or its live ranges last changed. */
  public long revision() {
    return source.revision();
  }

  /** Returns every decision it can give; the place of each is its ordinal. */
  public List<Decision> decisions() {
    return decisions;
  }

  /** Returns what it was compiled from. */
  public FeatureSource source() {
    return source;
  }

  /**
   * Returns the counting periods of one of its splits that outcomes may still come for, newest
   * first: the current one, if it has such a split, then those that ended a short time ago. Looks
   * through all periods of the feature.
   *
   * @param split id of the split, which may be gone
   */
  public List<SplitPeriod> periods(String split) {
    return source.periods(split);
  }

  /**
   * Returns whom one of its splits draws by an attribute; null: it has no such split, nothing
   * serves it, each call is its unit, or a run moves it. To be asked once for a feature of a
   * snapshot.
   *
   * @param split id of the split
   */
  public @Nullable SplitDraws draws(String split) {
    if (source.runs().stream().anyMatch(run -> run.split().equals(split))) {
      return null;
    }
    return Stream.concat(rules.stream().map(CompiledRule::outcome), Stream.of(last))
        .filter(SplitOutcome.class::isInstance)
        .map(SplitOutcome.class::cast)
        .filter(outcome -> outcome.split().equals(split) && !outcome.unit().isCall())
        .findFirst()
        .map(SplitDraws::new)
        .orElse(null);
  }

  /**
   * Decides for the user of a call. Allocates nothing, unless a regular expression is on the way.
   */
  public Decision evaluate(EvaluationContext context) {
    if (gates != null) {
      Decision decision = gates.decide(context);
      if (decision != null) {
        return decision;
      }
    }
    return ((Outcome) Step.walk(first, context)).decide(context);
  }

  /** Decides like {@link #evaluate} and says why. */
  public Explanation explain(EvaluationContext context) {
    return new Explainer(context).explain(this);
  }

  @Nullable Gates gates() {
    return gates;
  }

  List<CompiledRule> rules() {
    return rules;
  }

  Outcome last() {
    return last;
  }
}
