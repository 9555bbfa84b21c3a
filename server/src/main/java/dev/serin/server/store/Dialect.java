package dev.serin.server.store;

import java.util.Map;

/** What the two databases spell differently. */
public enum Dialect {
  /** SQLite, embedded. */
  SQLITE(
      "BLOB", "TEXT", "CAST(unixepoch('subsec') * 1000 AS INTEGER)", "lower(hex(randomblob(16)))"),
  /** PostgreSQL; keys are ordered by code point, whatever the database's locale. */
  POSTGRESQL(
      "BYTEA",
      "TEXT COLLATE \"C\"",
      "CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
      "replace(CAST(gen_random_uuid() AS TEXT), '-', '')");

  private final String bytes;
  private final String text;
  private final String nowMillis;
  private final String randomId;

  Dialect(String bytes, String text, String nowMillis, String randomId) {
    this.bytes = bytes;
    this.text = text;
    this.nowMillis = nowMillis;
    this.randomId = randomId;
  }

  /** What the migrations leave open. */
  Map<String, String> placeholders() {
    return Map.of("bytes", bytes, "text", text, "now_millis", nowMillis, "random_id", randomId);
  }
}
