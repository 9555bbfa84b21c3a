package dev.serin.loadtest.evaluation;

import java.util.List;
import java.util.StringJoiner;

/** JSON of the lists in a workload, whose texts hold nothing that JSON escapes. */
final class JsonText {

  private JsonText() {}

  /** Returns the texts as a JSON array. */
  static String array(List<String> texts) {
    StringJoiner array = new StringJoiner("\",\"", "[\"", "\"]");
    texts.forEach(array::add);
    return array.toString();
  }
}
