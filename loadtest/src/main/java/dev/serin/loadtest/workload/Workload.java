package dev.serin.loadtest.workload;

/**
 * The work every evaluator is given. The users are {@link Users}, the lists {@link Targeting}, the
 * share served {@code on} where no rule answers is 25 %.
 */
public enum Workload {
  /** One feature: 25 % by user key, no rule. */
  W1(Kind.SHARE),
  /** One feature: 50 countries and version at least 2.3.0; allow list of 1 000; 25 %. */
  W2(Kind.RULES),
  /** W2 with the context of the call built inside the measured time. */
  W2_BUILD(Kind.RULES),
  /** 2 000 features like W2, one at random by name. */
  W3(Kind.RULES),
  /** Allow list of 1 000 000 keys, asked for users who are in it. */
  W4_MEMBER(Kind.ALLOW_LIST),
  /** Allow list of 1 000 000 keys, asked for users who are not in it. */
  W4_OTHER(Kind.ALLOW_LIST);

  /** What a feature of the workload consists of. */
  public enum Kind {
    /** A split only. */
    SHARE,
    /** Rule, allow list, split. */
    RULES,
    /** The large allow list, and {@code off} for everybody else. */
    ALLOW_LIST
  }

  private final Kind kind;

  Workload(Kind kind) {
    this.kind = kind;
  }

  /** Number of features loaded. */
  public int features(Scale scale) {
    return this == W3 ? scale.features() : 1;
  }

  /** What each feature consists of. */
  public Kind kind() {
    return kind;
  }

  /** Returns true where building the context belongs to the measured work. */
  public boolean buildsContext() {
    return this == W2_BUILD;
  }

  /** Returns the number of the i-th user to ask for: i, or the i-th member or non-member. */
  public int userNumber(int i) {
    return switch (this) {
      case W1, W2, W2_BUILD, W3 -> i % Users.COUNT;
      case W4_MEMBER -> i * 2 % Users.COUNT;
      case W4_OTHER -> (i * 2 + 1) % Users.COUNT;
    };
  }

  /** Returns how many different users {@link #userNumber} names. */
  public int users() {
    return kind == Kind.ALLOW_LIST ? Users.COUNT / 2 : Users.COUNT;
  }
}
