package dev.serin.engine;

import dev.serin.v1.Condition;
import dev.serin.v1.Feature;
import dev.serin.v1.Prerequisite;
import dev.serin.v1.Rule;
import dev.serin.v1.Segment;
import dev.serin.v1.Serve;
import dev.serin.v1.Split;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one unit whose key alone decides what a feature answers at a revision, so that an outcome
 * that states only this key can be placed: whoever evaluates with the key and nothing else gets
 * what a call with that unit and any other attributes got.
 *
 * <p>Time is no attribute: a schedule is evaluated when the outcome comes. So are runs, as they are
 * by a holder that is up to date.
 *
 * @param unit name of the attribute; {@code decision_id} where the call is the unit
 * @param perCall true: the call is the unit, and its key the decision id of an answer
 */
public record KeyOnly(String unit, boolean perCall) {
  /**
   * Returns the unit that alone decides a feature; null: more than one thing does, or something
   * that a key does not say.
   *
   * <p>A feature that nothing decides, one that is off for example, is said to be decided by {@code
   * user_key}. Reads the documents: to be done once for a feature of a snapshot.
   *
   * @param snapshot the snapshot that the feature was taken from
   */
  public static @Nullable KeyOnly of(Snapshot snapshot, CompiledFeature feature) {
    Search search = new Search(snapshot.source());
    search.feature(feature.source());
    return search.found();
  }

  /** All that a feature looks at, collected. */
  private static final class Search {
    private final SnapshotSource source;

    /** Attributes that are drawn by. */
    private final Set<String> drawn = new HashSet<>();

    /** Attributes that are compared. */
    private final Set<String> compared = new HashSet<>();

    private final Set<String> features = new HashSet<>();
    private final Set<String> segments = new HashSet<>();
    private boolean drawsCalls;

    Search(SnapshotSource source) {
      this.source = source;
    }

    @Nullable KeyOnly found() {
      Set<String> attributes = new HashSet<>(drawn);
      attributes.addAll(compared);
      if (drawsCalls) {
        return attributes.isEmpty() ? new KeyOnly(Unit.CALL_NAME, true) : null;
      }
      if (attributes.isEmpty()) {
        return new KeyOnly(Schema.USER_KEY, false);
      }
      if (attributes.size() > 1) {
        return null;
      }
      String only = attributes.iterator().next();
      // 7 and "7" are one unit, but conditions tell them apart, and a key does not say which it
      // was.
      // A user key is always a text.
      return only.equals(Schema.USER_KEY) || !compared.contains(only)
          ? new KeyOnly(only, false)
          : null;
    }

    void feature(FeatureSource state) {
      Feature document = state.document();
      if (!features.add(document.getKey()) || document.getDisabled() || state.killed()) {
        return;
      }
      if (document.getOverridesCount() > 0) {
        compared.add(Schema.USER_KEY);
      }
      for (Prerequisite prerequisite : document.getPrerequisitesList()) {
        feature(named(source.features().get(prerequisite.getFeature())));
      }
      if (!document.getHoldout().isEmpty()) {
        drawn.add(Unit.name(named(source.holdouts().get(document.getHoldout())).getUnit()));
      }
      if (document.hasLayer()) {
        String layer = document.getLayer().getLayer();
        drawn.add(Unit.name(named(source.layers().get(layer)).getUnit()));
      }
      rules(document);
    }

    private void rules(Feature document) {
      for (Rule rule : document.getRulesList()) {
        conditions(rule.getWhenList());
        serve(document, rule.getServe());
        if (rule.getWhenCount() == 0) {
          return;
        }
      }
      serve(document, document.getDefaultRule());
    }

    private void serve(Feature document, Serve serve) {
      for (Split split : document.getSplitsList()) {
        if (split.getId().equals(serve.getSplit())) {
          if (split.getProbability()) {
            drawsCalls = true;
          } else {
            drawn.add(Unit.name(split.getUnit()));
          }
        }
      }
    }

    private void conditions(List<Condition> conditions) {
      for (Condition condition : conditions) {
        conditions(condition.getAllList());
        conditions(condition.getAnyList());
        if (condition.hasNot()) {
          conditions(List.of(condition.getNot()));
        }
        if (!condition.getSegment().isEmpty()) {
          segment(named(source.segments().get(condition.getSegment())));
        }
        if (!condition.getAttribute().isEmpty()) {
          compared.add(condition.getAttribute());
        }
      }
    }

    private void segment(Segment segment) {
      if (!segments.add(segment.getKey())) {
        return;
      }
      if (segment.getIncludedCount() > 0 || segment.getExcludedCount() > 0) {
        compared.add(Unit.name(segment.getAttribute()));
      }
      conditions(segment.getWhenList());
    }

    /** What a valid document names is there. */
    private static <T> T named(@Nullable T document) {
      return Objects.requireNonNull(document, "document");
    }
  }
}
