package dev.serin.server.catalog;

import java.util.Locale;

/** What a version does to its document, as the store spells it. */
enum Operation {
  /** It is there. */
  PUT,
  /** It is there, not evaluated. */
  ARCHIVE,
  /** It is gone. */
  DELETE;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Operation of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
