package dev.serin.server.telemetry;

/** What is logged: this and everything more severe. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
