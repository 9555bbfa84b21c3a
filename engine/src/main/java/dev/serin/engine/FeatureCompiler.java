package dev.serin.engine;

import dev.serin.v1.Feature;
import dev.serin.v1.Reason;
import dev.serin.v1.Rule;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a valid feature and its run state into what is evaluated. */
final class FeatureCompiler {
  private final String namespace;
  private final FeatureSource source;
  private final Feature document;
  private final SchemaBuilder schema;
  private final ConditionCompiler conditions;
  private final DecisionList decisions;

  FeatureCompiler(String namespace, FeatureSource source, SchemaBuilder schema) {
    this.namespace = namespace;
    this.source = source;
    this.document = source.document();
    this.schema = schema;
    this.conditions = new ConditionCompiler(schema);
    this.decisions = new DecisionList(namespace, source);
  }

  CompiledFeature compile() {
    Gates gates = Gates.of(document, source.killed(), decisions, schema);
    Outcome last = lastOutcome();
    List<CompiledRule> rules = new ArrayList<>();
    for (int i = 0; i < document.getRulesCount(); i++) {
      Rule rule = document.getRules(i);
      String id = ruleId(rule, i);
      List<Clause> when = rule.getWhenList().stream().map(conditions::compile).toList();
      rules.add(new CompiledRule(rule, id, when, serve(rule.getServe(), id)));
    }
    Step first = last;
    for (int i = rules.size() - 1; i >= 0; i--) {
      CompiledRule rule = rules.get(i);
      first = new Clause.AllOf(rule.when()).wire(rule.outcome(), first);
    }
    return new CompiledFeature(
        source, Documents.valueType(document), gates, rules, last, first, decisions.all());
  }

  /** Returns a rule's id, by its position where the document states none. */
  static String ruleId(Rule rule, int index) {
    return rule.getId().isEmpty() ? "rule-" + (index + 1) : rule.getId();
  }

  private Outcome lastOutcome() {
    return document.hasDefaultRule()
        ? serve(document.getDefaultRule(), "")
        : new FixedOutcome(
            decisions.fixed(document.getDefaultVariant(), Reason.REASON_DEFAULT, ""));
  }

  private Outcome serve(Serve serve, String rule) {
    if (serve.getServeCase() == Serve.ServeCase.VARIANT) {
      Reason reason = rule.isEmpty() ? Reason.REASON_DEFAULT : Reason.REASON_RULE;
      return new FixedOutcome(decisions.fixed(serve.getVariant(), reason, rule));
    }
    Split split = split(serve.getSplit());
    String salt =
        split.getSalt().isEmpty()
            ? Bucketing.splitSalt(namespace, document.getKey(), split.getId())
            : split.getSalt();
    Unit unit = split.getProbability() ? Unit.CALL : Unit.of(split.getUnit(), schema);
    return new SplitCompiler(
            salt,
            split,
            run(split.getId()),
            source.period(split.getId()),
            document.getDefaultVariant(),
            unit,
            decisions,
            rule)
        .compile();
  }

  private Split split(String id) {
    return document.getSplitsList().stream()
        .filter(split -> split.getId().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "split: '" + id + "' (expected: the id of a split of the feature)"));
  }

  private @Nullable LiveRun run(String split) {
    return source.runs().stream().filter(run -> run.split().equals(split)).findFirst().orElse(null);
  }
}
