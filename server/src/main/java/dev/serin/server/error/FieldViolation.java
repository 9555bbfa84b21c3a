package dev.serin.server.error;

/**
 * One thing that is wrong with a request or with a document in it.
 *
 * @param document the document as {@code feature/checkout}; empty: the request itself
 * @param field path of the field, {@code rules[2].when[0].version.at_least}; empty: the whole
 * @param description the value and what was expected, {@code -3 (expected: 0 or more)}
 */
public record FieldViolation(String document, String field, String description) {
  /** Takes the field's name from the description, which stands beside the field everywhere. */
  public FieldViolation {
    String name = field.substring(field.lastIndexOf('.') + 1) + ": ";
    if (!field.isEmpty() && description.startsWith(name)) {
      description = description.substring(name.length());
    }
  }

  /** A violation of a field of the request. */
  public static FieldViolation ofRequest(String field, String description) {
    return new FieldViolation("", field, description);
  }

  /** Where it is, as {@code BadRequest.FieldViolation.field} says it. */
  public String path() {
    if (document.isEmpty()) {
      return field;
    }
    return field.isEmpty() ? document : document + ": " + field;
  }

  @Override
  public String toString() {
    return path().isEmpty() ? description : path() + ": " + description;
  }
}
