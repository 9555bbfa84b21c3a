package dev.serin.server;

import java.util.List;

/** What reading the configuration gives: a configuration, or everything that is wrong with it. */
public sealed interface ConfigReading {

  /**
   * All is well.
   *
   * @param config the configuration
   * @param warnings what was ignored and may be a mistake; to be logged once at start
   */
  record Valid(ServerConfig config, List<String> warnings) implements ConfigReading {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Nothing may start.
   *
   * @param errors every error, each naming option, value, what was expected and its source; at
   *     least one
   */
  record Invalid(List<String> errors) implements ConfigReading {
    public Invalid {
      errors = List.copyOf(errors);
    }
  }

  /** The configuration; {@link IllegalArgumentException} with all errors where there is none. */
  default ServerConfig orThrow() {
    return switch (this) {
      case Valid valid -> valid.config();
      case Invalid invalid -> throw new IllegalArgumentException(String.join("\n", invalid.errors));
    };
  }
}
