package dev.serin.server.telemetry;

/** Form of a log line. */
public enum LogFormat {
  /** For people: time, level, logger, message, key=value pairs. */
  TEXT,
  /** For machines: one JSON object. */
  JSON
}
