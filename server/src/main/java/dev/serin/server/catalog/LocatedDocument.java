package dev.serin.server.catalog;

import dev.serin.v1.Document;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A document that was read from a file, with the place of each of its fields.
 *
 * <p>Immutable. It holds the tree it was read from: keep it while errors are told, not longer.
 */
public final class LocatedDocument {
  private static final Pattern STEP = Pattern.compile("([^.\\[]+)?(?:\\[([0-9]{1,9})])?\\.?");

  private final String file;
  private final YamlNode node;
  private final Document document;

  LocatedDocument(String file, YamlNode node, Document document) {
    this.file = file;
    this.node = node;
    this.document = document;
  }

  /** The document. */
  public Document document() {
    return document;
  }

  /** The file it was read from, as the reader was told it. */
  public String file() {
    return file;
  }

  /** {@code feature/checkout}. */
  public String name() {
    return DocumentIds.shown(DocumentIds.of(document));
  }

  /** {@code checkout.yaml:3:1}. */
  String place() {
    return file + ":" + node.line() + ":" + node.column();
  }

  /**
   * An error of a field of this document.
   *
   * @param field path as {@code rules[2].when[0].version.at_least}; where the file has no such
   *     field, the place is that of the nearest one around it
   */
  public FileError error(String field, String description) {
    YamlNode place = find(field);
    return new FileError(file, place.line(), place.column(), field, description);
  }

  private YamlNode find(String field) {
    if (!(node instanceof YamlNode.Mapping root)) {
      return node;
    }
    String kind = DocumentIds.word(DocumentIds.of(document).kind());
    YamlNode.Entry content = root.entry(kind, kind);
    if (content == null) {
      return node;
    }
    YamlNode place = content.key();
    YamlNode value = content.value();
    Matcher step = STEP.matcher(field);
    while (step.regionStart() < field.length() && step.lookingAt() && step.end() > step.start()) {
      if (step.group(1) != null) {
        YamlNode.Entry entry = entry(value, step.group(1));
        if (entry == null) {
          return place;
        }
        place = entry.key();
        value = entry.value();
      }
      if (step.group(2) != null) {
        int index = Integer.parseInt(step.group(2));
        if (!(value instanceof YamlNode.Sequence list) || index >= list.items().size()) {
          return place;
        }
        value = list.items().get(index);
        place = value;
      }
      step.region(step.end(), field.length());
    }
    return place;
  }

  private static YamlNode.@Nullable Entry entry(YamlNode node, String name) {
    return node instanceof YamlNode.Mapping mapping ? mapping.entry(name, camelCase(name)) : null;
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      boolean raised = i > 0 && name.charAt(i - 1) == '_';
      if (name.charAt(i) != '_') {
        camel.append(raised ? Character.toUpperCase(name.charAt(i)) : name.charAt(i));
      }
    }
    return camel.toString();
  }
}
