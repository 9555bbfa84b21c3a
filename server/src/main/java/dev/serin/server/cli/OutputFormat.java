package dev.serin.server.cli;

/** How a command prints what it was asked for. */
enum OutputFormat {
  /** For people: aligned columns. */
  TABLE,
  /** For people: more columns where there are more. */
  WIDE,
  /** The API's message as JSON. */
  JSON,
  /** The API's message as YAML. */
  YAML
}
