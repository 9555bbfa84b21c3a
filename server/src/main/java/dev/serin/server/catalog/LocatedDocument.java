package dev.serin.server.catalog;

import dev.serin.v1.Document;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A document that was read from a file, with the place of each of its fields.
 *
 * <p>Immutable. As it comes from the file it holds the tree it was read from: to keep it longer
 * than errors are told, give it another way to that ({@link #withTree}).
 */
public final class LocatedDocument {
  private static final Pattern STEP = Pattern.compile("([^.\\[]+)?(?:\\[([0-9]{1,9})])?\\.?");

  private final String file;
  private final int line;
  private final int column;
  private final Supplier<@Nullable YamlNode> tree;
  private final Document document;

  LocatedDocument(String file, YamlNode node, Document document) {
    this(file, node.line(), node.column(), () -> node, document);
  }

  private LocatedDocument(
      String file, int line, int column, Supplier<@Nullable YamlNode> tree, Document document) {
    this.file = file;
    this.line = line;
    this.column = column;
    this.tree = tree;
    this.document = document;
  }

  /**
   * This document without its tree.
   *
   * @param later gives the tree when an error asks for a place in it; null: it is gone, and errors
   *     get the place of the document
   */
  LocatedDocument withTree(Supplier<@Nullable YamlNode> later) {
    return new LocatedDocument(file, line, column, later, document);
  }

  /** The tree it was read from; null: gone. */
  @Nullable YamlNode tree() {
    return tree.get();
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
    return file + ":" + line + ":" + column;
  }

  /**
   * An error of a field of this document.
   *
   * @param field path as {@code rules[2].when[0].version.at_least}; where the file has no such
   *     field, the place is that of the nearest one around it
   */
  public FileError error(String field, String description) {
    YamlNode node = tree();
    if (!(node instanceof YamlNode.Mapping root)) {
      return new FileError(file, line, column, field, description);
    }
    YamlNode place = find(root, field);
    return new FileError(file, place.line(), place.column(), field, description);
  }

  private YamlNode find(YamlNode.Mapping root, String field) {
    String kind = DocumentIds.word(DocumentIds.of(document).kind());
    YamlNode.Entry content = root.entry(kind, kind);
    if (content == null) {
      return root;
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
