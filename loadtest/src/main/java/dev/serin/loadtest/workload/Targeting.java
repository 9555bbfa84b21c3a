package dev.serin.loadtest.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whom the features of a workload are for, in words every evaluator understands, and the answer
 * that follows where it does not depend on a hash.
 *
 * @param feature number of the feature, from 0
 * @param kind what the feature consists of
 * @param scale how long the large allow list is
 */
public record Targeting(int feature, Workload.Kind kind, Scale scale) {

  /** Keys in the allow list of a feature with rules. */
  public static final int ALLOW_LIST = 1_000;

  /** Countries named by a rule: half of those that exist. */
  public static final int COUNTRIES = 50;

  /** Lowest version a rule lets pass. */
  public static final String MIN_VERSION = "2.3.0";

  /** Share of the users served {@code on} where no rule answers. */
  public static final int PERCENT_ON = 25;

  /** What must come out for one user. */
  public enum Answer {
    /** A rule or the allow list says on. */
    ON,
    /** Nothing names the user and the rest is off. */
    OFF,
    /** The share decides: each evaluator hashes in its own way. */
    BY_HASH
  }

  /** Returns the key of the feature of this number. */
  public static String key(int feature) {
    return "flag-" + feature;
  }

  /** Returns the key of this feature. */
  public String key() {
    return key(feature);
  }

  /** Returns the countries of the rule. */
  public List<String> countries() {
    List<String> countries = new ArrayList<>(COUNTRIES);
    for (int i = 0; i < COUNTRIES; i++) {
      countries.add(Users.country((feature * 7 + i) % Users.countryCount()));
    }
    return countries;
  }

  /** Returns the keys of the allow list of a feature with rules. */
  public List<String> allowList() {
    List<String> keys = new ArrayList<>(ALLOW_LIST);
    for (int i = 0; i < ALLOW_LIST; i++) {
      keys.add(Users.key((feature * 1_000 + i * 97) % Users.COUNT));
    }
    return keys;
  }

  /** Returns the keys of the large allow list: every user of even number. */
  public List<String> largeAllowList() {
    List<String> keys = new ArrayList<>(scale.largeList());
    for (int i = 0; i < scale.largeList(); i++) {
      keys.add(Users.key(2 * i));
    }
    return keys;
  }

  /** Returns what must come out for each of the users, computed without any evaluator. */
  public List<Answer> answers(List<Users.User> users) {
    return switch (kind) {
      case SHARE -> users.stream().map(user -> Answer.BY_HASH).toList();
      case ALLOW_LIST -> {
        Set<String> allowed = Set.copyOf(largeAllowList());
        yield users.stream()
            .map(user -> allowed.contains(user.key()) ? Answer.ON : Answer.OFF)
            .toList();
      }
      case RULES -> {
        Set<String> countries = Set.copyOf(countries());
        Set<String> allowed = Set.copyOf(allowList());
        yield users.stream()
            .map(
                user ->
                    (countries.contains(user.country()) && atLeastMinVersion(user.appVersion()))
                            || allowed.contains(user.key())
                        ? Answer.ON
                        : Answer.BY_HASH)
            .toList();
      }
    };
  }

  private static boolean atLeastMinVersion(String version) {
    int dot = version.indexOf('.');
    int major = Integer.parseInt(version, 0, dot, 10);
    int minor = Integer.parseInt(version, dot + 1, version.indexOf('.', dot + 1), 10);
    return major > 2 || (major == 2 && minor >= 3);
  }
}
