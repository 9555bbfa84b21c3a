package dev.serin.server.store;

import java.util.Map;

/** What the two databases spell differently. */
public enum Dialect {
  /** SQLite, embedded. */
  SQLITE(
      "BLOB",
      "TEXT",
      "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
      "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
      "lower(hex(randomblob(16)))",
      ""),
  /** PostgreSQL; keys are ordered by code point, whatever the database's locale. */
  POSTGRESQL(
      "BYTEA",
      "TEXT COLLATE \"C\"",
      "CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
      "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
      "replace(CAST(gen_random_uuid() AS TEXT), '-', '')",
      " WITH (fillfactor = 70)");

  private final String bytes;
  private final String text;
  private final String nowMillis;
  private final String clockMillis;
  private final String randomId;
  private final String hot;

  Dialect(
      String bytes,
      String text,
      String nowMillis,
      String clockMillis,
      String randomId,
      String hot) {
    this.bytes = bytes;
    this.text = text;
    this.nowMillis = nowMillis;
    this.clockMillis = clockMillis;
    this.randomId = randomId;
    this.hot = hot;
  }

  /** The database's clock as SQL: milliseconds since 1970, of this moment. */
  public String clockMillis() {
    return clockMillis;
  }

  /** What the migrations leave open. */
  Map<String, String> placeholders() {
    return Map.of(
        "bytes", bytes, "text", text, "now_millis", nowMillis, "random_id", randomId, "hot", hot);
  }
}
