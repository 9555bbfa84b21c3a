package dev.serin.loadtest.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * The users of every workload: {@code user-0} to {@code user-99999}, each with six attributes that
 * follow from its number. The same on every machine and for every evaluator.
 */
public final class Users {

  /** Number of users: more than a CPU's caches hold contexts of. */
  public static final int COUNT = 100_000;

  /** Number of attributes of each user. */
  public static final int ATTRIBUTES = 6;

  private static final String[] COUNTRIES = countries();
  private static final String[] VERSIONS = versions();
  private static final String[] PLANS = {"free", "pro", "team", "enterprise"};
  private static final String[] PLATFORMS = {"ios", "android", "web", "desktop"};

  private Users() {}

  /**
   * One user and the attributes a caller sends with it.
   *
   * @param key the user key
   * @param country one of {@link #COUNTRIES}
   * @param appVersion a semantic version, 1.0.0 to 4.4.2
   * @param plan one of four words
   * @param platform one of four words
   * @param age 18 to 77
   * @param beta true for one user in eight
   */
  public record User(
      String key,
      String country,
      String appVersion,
      String plan,
      String platform,
      int age,
      boolean beta) {}

  /** Returns the user of this number, 0 to {@link #COUNT} - 1. */
  public static User of(int number) {
    return new User(
        key(number),
        COUNTRIES[scatter(number) % COUNTRIES.length],
        VERSIONS[scatter(number + 7919) % VERSIONS.length],
        PLANS[scatter(number + 13) & 3],
        PLATFORMS[scatter(number + 29) & 3],
        18 + scatter(number + 31) % 60,
        (scatter(number + 37) & 7) == 0);
  }

  /** Returns the first {@code count} users. */
  public static List<User> first(int count) {
    List<User> users = new ArrayList<>(count);
    for (int number = 0; number < count; number++) {
      users.add(of(number));
    }
    return users;
  }

  /** Returns the key of the user of this number; any number has one. */
  public static String key(int number) {
    return "user-" + number;
  }

  /** Returns the country of this number, 0 to 99. */
  static String country(int number) {
    return COUNTRIES[number % COUNTRIES.length];
  }

  /** Number of different countries. */
  static int countryCount() {
    return COUNTRIES.length;
  }

  private static String[] countries() {
    String[] countries = new String[100];
    for (int i = 0; i < countries.length; i++) {
      countries[i] = "" + (char) ('A' + i / 10) + (char) ('K' + i % 10);
    }
    return countries;
  }

  private static String[] versions() {
    List<String> versions = new ArrayList<>();
    for (int major = 1; major <= 4; major++) {
      for (int minor = 0; minor < 5; minor++) {
        versions.add(major + "." + minor + "." + (major * minor) % 7);
      }
    }
    return versions.toArray(new String[0]);
  }

  /** Spreads neighbouring numbers over all non-negative ints, always in the same way. */
  private static int scatter(int number) {
    int x = number * 0x9E3779B9;
    x ^= x >>> 16;
    x *= 0x85EBCA6B;
    x ^= x >>> 13;
    return x & Integer.MAX_VALUE;
  }
}
