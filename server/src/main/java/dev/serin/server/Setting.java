package dev.serin.server;

import dev.serin.server.store.StoreUrl;

/**
 * The value of an option and where it comes from.
 *
 * @param option the option
 * @param value as it was written, not yet checked
 * @param source for people: {@code --grpc-port}, {@code SERIN_GRPC_PORT}, {@code serin.yaml:3} or
 *     {@code default}
 */
record Setting(ServerOption option, String value, String source) {

  static Setting ofDefault(ServerOption option) {
    return new Setting(option, option.defaultValue(), "default");
  }

  boolean isSet() {
    return !value.isEmpty();
  }

  /** The value as people may see it. */
  String shown() {
    return switch (option) {
      case STORE_PASSWORD -> "***";
      case STORE -> StoreUrl.shown(value);
      default -> value;
    };
  }

  /** What is wrong with it, in the one form all errors have. */
  String error(String expected) {
    return "%s: %s (expected: %s) [from %s]".formatted(option.key(), shown(), expected, source);
  }
}
