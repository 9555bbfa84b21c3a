package dev.serin.server.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/** The demo's users: a key and attributes for each number, always the same. */
final class DemoUsers {
  /** How many there are: enough for shares to show, few enough to meet again. */
  static final int COUNT = 10_000;

  private static final String[] COUNTRIES = {"CN", "CN", "DE", "US", "US", "FR", "BR", "JP"};
  private static final String[] CITIES = {
    "Hangzhou", "Shanghai", "Leipzig", "Chicago", "Boston", "Lyon", "Recife", "Osaka"
  };
  private static final String[] VERSIONS = {"2.1.4", "2.2.0", "2.3.0", "2.3.1", "2.10.0"};
  private static final String[] CLIENTS = {"app", "app", "web", "pc"};
  private static final String[] LINES = {"standard", "standard", "standard", "premium"};
  private static final String[] CHANNELS = {"store", "store", "partner", "direct"};

  /** One user in so many is one of our own people. */
  private static final int STAFF_EVERY = 50;

  private DemoUsers() {}

  static String key(int number) {
    return "user-" + number;
  }

  static Struct attributes(int number) {
    int place = number % COUNTRIES.length;
    String domain = number % STAFF_EVERY == 0 ? "example.com" : "example.org";
    return Struct.newBuilder()
        .putFields("country", text(COUNTRIES[place]))
        .putFields("city", text(CITIES[place]))
        .putFields("app_version", text(of(VERSIONS, number / 8)))
        .putFields("client", text(of(CLIENTS, number / 40)))
        .putFields("business_line", text(of(LINES, number / 160)))
        .putFields("channel", text(of(CHANNELS, number / 640)))
        .putFields("device_id", text("device-" + number / 2))
        .putFields("email", text(key(number) + "@" + domain))
        .build();
  }

  private static String of(String[] values, int number) {
    return values[number % values.length];
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
