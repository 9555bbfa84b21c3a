package dev.serin.server.cli;

/** How a command prints what it was asked for. */
enum OutputFormat {
  /** For people: aligned columns. */
  TABLE,
  /** The API's message as JSON. */
  JSON,
  /** The API's message as YAML. */
  YAML
}
