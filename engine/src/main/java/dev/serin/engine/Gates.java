package dev.serin.engine;

import dev.serin.v1.Feature;
import dev.serin.v1.LayerSlot;
import dev.serin.v1.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can answer before the rules do, in this order: disabled, killed, outside the schedule,
 * overrides, prerequisites, holdout, layer slot.
 */
final class Gates {
  private static final int NONE = -1;

  private final @Nullable Decision off;
  private final @Nullable CompiledSchedule schedule;
  private final @Nullable Overrides overrides;
  private final List<CompiledPrerequisite> prerequisites;
  private final int holdout;
  private final int layer;
  private final long layerFrom;
  private final long layerUntil;

  private final Decision outsideSchedule;
  private final Decision prerequisiteNotMet;
  private final Decision heldOut;
  private final Decision otherSlot;
  private final Decision unitMissing;

  private Gates(
      Feature feature, @Nullable Decision off, DecisionList decisions, SchemaBuilder schema) {
    String offVariant = Documents.offVariant(feature);
    String defaultVariant = feature.getDefaultVariant();
    LayerSlot slot = feature.getLayer();
    this.off = off;
    this.schedule = feature.hasSchedule() ? CompiledSchedule.of(feature.getSchedule()) : null;
    this.overrides =
        feature.getOverridesCount() == 0
            ? null
            : new Overrides(feature.getOverridesList(), decisions);
    this.prerequisites =
        feature.getPrerequisitesList().stream()
            .map(prerequisite -> CompiledPrerequisite.of(prerequisite, schema))
            .toList();
    this.holdout = feature.getHoldout().isEmpty() ? NONE : schema.holdout(feature.getHoldout());
    this.layer = feature.hasLayer() ? schema.layer(slot.getLayer()) : NONE;
    this.layerFrom = Integer.toUnsignedLong(slot.getFrom());
    this.layerUntil = Integer.toUnsignedLong(slot.getUntil());
    this.outsideSchedule = decisions.fixed(offVariant, Reason.REASON_OUTSIDE_SCHEDULE, "");
    this.prerequisiteNotMet = decisions.fixed(offVariant, Reason.REASON_PREREQUISITE_NOT_MET, "");
    this.heldOut = decisions.fixed(defaultVariant, Reason.REASON_HOLDOUT, "");
    this.otherSlot = decisions.fixed(offVariant, Reason.REASON_LAYER, "");
    this.unitMissing = decisions.fixed(defaultVariant, Reason.REASON_TARGETING_KEY_MISSING, "");
  }

  /** Returns the gates of a feature; null: everybody comes to its rules. */
  static @Nullable Gates of(
      Feature feature, boolean killed, DecisionList decisions, SchemaBuilder schema) {
    Decision off = null;
    if (feature.getDisabled()) {
      off = decisions.fixed(Documents.offVariant(feature), Reason.REASON_DISABLED, "");
    } else if (killed) {
      off = decisions.fixed(Documents.offVariant(feature), Reason.REASON_KILLED, "");
    }
    boolean open =
        off == null
            && !feature.hasSchedule()
            && feature.getOverridesCount() == 0
            && feature.getPrerequisitesCount() == 0
            && feature.getHoldout().isEmpty()
            && !feature.hasLayer();
    return open ? null : new Gates(feature, off, decisions, schema);
  }

  @Nullable CompiledSchedule schedule() {
    return schedule;
  }

  @Nullable Overrides overrides() {
    return overrides;
  }

  List<CompiledPrerequisite> prerequisites() {
    return prerequisites;
  }

  /** Returns the holdout that this call's user may be held out by; null: none. */
  @Nullable CompiledHoldout holdout(EvaluationContext context) {
    return holdout == NONE ? null : context.snapshot().links().holdout(holdout);
  }

  /** Returns the layer that the feature has a part of; null: none. */
  @Nullable CompiledLayer layer(EvaluationContext context) {
    return layer == NONE ? null : context.snapshot().links().layer(layer);
  }

  /** Returns whether a slot of the layer is the feature's. */
  boolean owns(long slot) {
    return slot >= layerFrom && slot < layerUntil;
  }

  /** Returns the slots of the layer that are the feature's, as text. */
  String layerRange() {
    return "[" + layerFrom + ", " + layerUntil + ")";
  }

  /** Returns what answers before the rules; null: nothing does. */
  @Nullable Decision decide(EvaluationContext context) {
    if (off != null) {
      return off;
    }
    if (schedule != null && !schedule.contains(context.nowMillis())) {
      return outsideSchedule;
    }
    if (overrides != null) {
      Decision decision = overrides.find(context);
      if (decision != null) {
        return decision;
      }
    }
    for (int i = 0; i < prerequisites.size(); i++) {
      if (!prerequisites.get(i).isMet(context)) {
        return prerequisiteNotMet;
      }
    }
    CompiledHoldout compiledHoldout = holdout(context);
    if (compiledHoldout != null) {
      if (!compiledHoldout.unit().isIn(context)) {
        return unitMissing;
      }
      if (compiledHoldout.holdsOut(compiledHoldout.draw(context))) {
        return heldOut;
      }
    }
    CompiledLayer compiledLayer = layer(context);
    if (compiledLayer != null) {
      if (!compiledLayer.unit().isIn(context)) {
        return unitMissing;
      }
      if (!owns(Bucketing.bucket(compiledLayer.draw(context), compiledLayer.total()))) {
        return otherSlot;
      }
    }
    return null;
  }
}
