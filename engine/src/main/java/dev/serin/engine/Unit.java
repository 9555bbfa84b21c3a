package dev.serin.engine;

/**
 * What a draw is made from: the value of an attribute, or the call itself.
 *
 * @param name name of the attribute, {@link #CALL_NAME} for the call
 * @param slot slot of the attribute, {@link Decision#NO_SLOT} for the call
 */
record Unit(String name, int slot) {
  /** Name of the call as a unit. */
  static final String CALL_NAME = "decision_id";

  static final Unit CALL = new Unit(CALL_NAME, Decision.NO_SLOT);

  /** Returns the unit that a document names; empty: the user key. */
  static Unit of(String attribute, SchemaBuilder schema) {
    return new Unit(name(attribute), schema.slot(attribute));
  }

  /** Returns the name of the unit that a document names; empty: the user key. */
  static String name(String attribute) {
    return attribute.isEmpty() ? Schema.USER_KEY : attribute;
  }

  boolean isCall() {
    return slot == Decision.NO_SLOT;
  }

  /** Returns whether this call has the unit, and so a {@link #hash}. */
  boolean isIn(EvaluationContext context) {
    return context.hasUnit(slot);
  }

  /** Returns the unit's hash; {@link #isIn} has said that there is one. */
  long hash(EvaluationContext context) {
    return context.hashOfUnit(slot);
  }
}
