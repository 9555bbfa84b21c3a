package dev.serin.client;

/** Why a decision is what it is. */
public enum Reason {
  /** The feature is disabled: off variant. */
  DISABLED,
  /** The kill switch is set: off variant. */
  KILLED,
  /** Now is outside the feature's schedule: off variant. */
  OUTSIDE_SCHEDULE,
  /** An override names the user. */
  OVERRIDE,
  /** A prerequisite is not met: off variant. */
  PREREQUISITE_NOT_MET,
  /** The user is held out: default variant. */
  HOLDOUT,
  /** The layer slot is another feature's or nobody's: off variant. */
  LAYER,
  /** A rule matched and gives a variant. */
  RULE,
  /** A split was drawn. */
  SPLIT,
  /** The split does not cover the unit: default variant. */
  NOT_COVERED,
  /** No rule matched: the default rule's variant. */
  DEFAULT,
  /** The attribute that is the unit is missing: default variant. */
  TARGETING_KEY_MISSING,
  /** The holder has lost touch with the run: control variant. */
  STALE,
  /** There is no decision: the caller's default. */
  ERROR,
  /** A reason this client does not know, given by a newer server. */
  UNKNOWN;

  static Reason of(dev.serin.v1.Reason reason) {
    return switch (reason) {
      case REASON_DISABLED -> DISABLED;
      case REASON_KILLED -> KILLED;
      case REASON_OUTSIDE_SCHEDULE -> OUTSIDE_SCHEDULE;
      case REASON_OVERRIDE -> OVERRIDE;
      case REASON_PREREQUISITE_NOT_MET -> PREREQUISITE_NOT_MET;
      case REASON_HOLDOUT -> HOLDOUT;
      case REASON_LAYER -> LAYER;
      case REASON_RULE -> RULE;
      case REASON_SPLIT -> SPLIT;
      case REASON_NOT_COVERED -> NOT_COVERED;
      case REASON_DEFAULT -> DEFAULT;
      case REASON_TARGETING_KEY_MISSING -> TARGETING_KEY_MISSING;
      case REASON_STALE -> STALE;
      case REASON_UNSPECIFIED, UNRECOGNIZED -> UNKNOWN;
    };
  }
}
