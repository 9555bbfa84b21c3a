package dev.serin.server.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a YAML or JSON text with the place where it begins.
 *
 * <p>Lines and columns count from 1. Immutable.
 */
sealed interface YamlNode {
  int line();

  int column();

  /** What it is, in words of an error text. */
  String kind();

  /** Nodes in it, itself included, aliases followed. */
  long nodes();

  /**
   * A text, number, bool or null.
   *
   * @param quoted true: it is a text whatever it looks like
   */
  record Scalar(int line, int column, String text, boolean quoted) implements YamlNode {
    @Override
    public String kind() {
      return YamlScalars.isNull(this) ? "null" : YamlScalars.shown(this);
    }

    @Override
    public long nodes() {
      return 1;
    }
  }

  /** A list. */
  record Sequence(int line, int column, List<YamlNode> items, long nodes) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A mapping with its entries as they stand, duplicates included. */
  record Mapping(int line, int column, List<Entry> entries, long nodes) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String kind() {
      return "a mapping";
    }

    /** The first entry that has one of these names, or null. */
    @Nullable Entry entry(String name, String otherName) {
      for (Entry entry : entries) {
        String key = entry.key().text();
        if (key.equals(name) || key.equals(otherName)) {
          return entry;
        }
      }
      return null;
    }
  }

  /** A name and its value. */
  record Entry(Scalar key, YamlNode value) {}
}
