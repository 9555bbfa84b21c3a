package dev.serin.server;

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

  /** What is wrong with it, in the one form all errors have. */
  String error(String expected) {
    String shown = option.secret() ? "***" : value;
    return "%s: %s (expected: %s) [from %s]".formatted(option.key(), shown, expected, source);
  }
}
