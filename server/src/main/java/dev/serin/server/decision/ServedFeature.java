package dev.serin.server.decision;

import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Decision;
import dev.serin.v1.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A feature as it is served: compiled, with each of its decisions ready to be sent. */
final class ServedFeature {
  /**
   * Counters taken over from before a change. A feature that had more, by renaming its variants
   * again and again, begins anew.
   */
  private static final int COUNTS_KEPT_MAX = 1_000;

  private final CompiledFeature compiled;
  private final ServedDecision[] decisions;
  private final Map<Counted, LongAdder> counts = new HashMap<>();

  /** What evaluations are counted by, within a feature. */
  record Counted(String variant, Reason reason) {}

  /**
   * Prepares a feature.
   *
   * @param earlier the feature before it changed, whose counters go on; null: it is new
   */
  ServedFeature(CompiledFeature compiled, @Nullable ServedFeature earlier) {
    this.compiled = compiled;
    if (earlier != null && earlier.counts.size() <= COUNTS_KEPT_MAX) {
      counts.putAll(earlier.counts);
    }
    List<Decision> all = compiled.decisions();
    decisions = new ServedDecision[all.size()];
    for (Decision decision : all) {
      var counted = new Counted(decision.variant(), decision.reason());
      var count = counts.computeIfAbsent(counted, key -> new LongAdder());
      decisions[decision.ordinal()] = new ServedDecision(decision, count);
    }
  }

  CompiledFeature compiled() {
    return compiled;
  }

  ServedDecision served(Decision decision) {
    return decisions[decision.ordinal()];
  }

  /** How often it was evaluated, by what it answered. */
  Map<Counted, LongAdder> counts() {
    return counts;
  }
}
