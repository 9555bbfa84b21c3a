package dev.serin.engine;

import com.google.protobuf.Value;
import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One answer a feature can give, prepared when the feature is compiled. Immutable; evaluating a
 * feature returns one of its decisions and never makes one.
 *
 * <p>A unit is what the answer counts for: the value of an attribute, the call itself, or nothing.
 */
public final class Decision {
  /** Slot of a decision that was not drawn by an attribute. */
  static final int NO_SLOT = -1;

  private final int ordinal;
  private final EvaluateResponse response;
  private final Value value;
  private final Arm arm;
  private final @Nullable String unit;
  private final int unitSlot;
  private final boolean perCall;

  Decision(
      int ordinal,
      EvaluateResponse response,
      Arm arm,
      @Nullable String unit,
      int unitSlot,
      boolean perCall) {
    this.ordinal = ordinal;
    this.response = response;
    this.value = response.getValue();
    this.arm = arm;
    this.unit = unit;
    this.unitSlot = unitSlot;
    this.perCall = perCall;
  }

  /** Returns its place in {@link CompiledFeature#decisions()}, to index counters with. */
  public int ordinal() {
    return ordinal;
  }

  /** Returns the key of the variant. */
  public String variant() {
    return response.getVariant();
  }

  /** Returns what the caller gets. */
  public Value value() {
    return value;
  }

  /** Returns why the answer is what it is. */
  public Reason reason() {
    return response.getReason();
  }

  /** Returns the id of the rule that answered; empty: none did. */
  public String rule() {
    return response.getRule();
  }

  /** Returns what the answer is evidence for. */
  public Arm arm() {
    return arm;
  }

  /** Returns the decision token as text. */
  public String token() {
    return response.getDecisionToken();
  }

  /** Returns whether the call is the unit: the answer then needs a decision_id. */
  public boolean perCall() {
    return perCall;
  }

  /**
   * Returns the name of the attribute whose value is the unit; null: none, or the call is the unit.
   */
  public @Nullable String unit() {
    return unit;
  }

  /** Returns the answer as it is sent, without decision_id. */
  public EvaluateResponse response() {
    return response;
  }

  int unitSlot() {
    return unitSlot;
  }

  @Override
  public String toString() {
    return variant() + " (" + reason() + ", " + arm + ")";
  }
}
