package dev.serin.server.analysis;

/** Why there is no figure. */
public enum Absence {
  /** An arm has no outcomes: not one, or it is missing altogether. */
  NO_OUTCOMES,
  /** An arm has one outcome, from which no variance can be estimated. */
  TOO_FEW_OUTCOMES,
  /** An arm has outcomes in fewer than two user buckets. */
  TOO_FEW_USER_BUCKETS,
  /** The outcomes do not differ within the arms, so that nothing measures chance. */
  NO_VARIANCE,
  /** The control is zero: no percentage of it exists. */
  CONTROL_IS_ZERO,
  /** A ratio's denominators are not above zero, in sum or with one user bucket left out. */
  DENOMINATOR_NOT_POSITIVE,
  /** The control is not above zero: a margin in percent of it has no meaning. */
  CONTROL_NOT_POSITIVE,
  /** The control cannot be told from zero yet, so that a bound in percent of it has no end. */
  CONTROL_NEAR_ZERO,
  /** An arm has too few users for its mean to be as good as normally distributed. */
  TOO_FEW_USERS,
  /** One arm has many more users than the other, where the method needs arms of equal size. */
  UNEQUAL_ARMS,
  /** A stage has no exposed users, by whom stages are weighted. */
  NO_USERS,
  /** No stage can be compared in both arms. */
  NO_STAGE,
  /** The figure lies outside the range of a double. */
  OUT_OF_RANGE
}
