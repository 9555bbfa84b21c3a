package dev.serin.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema being appended to while features are compiled. For one thread. */
final class SchemaBuilder {
  private final @Nullable Schema earlier;
  private final Numbering attributes;
  private final List<Numbering> literals = new ArrayList<>();
  private final Numbering segments;
  private final Numbering features;
  private final Numbering layers;
  private final Numbering holdouts;

  /** Begins with nothing but the user key. */
  SchemaBuilder() {
    this(null);
  }

  /** Begins with all of an earlier schema. */
  SchemaBuilder(@Nullable Schema earlier) {
    this.earlier = earlier;
    attributes = new Numbering(earlier == null ? Names.NONE : earlier.attributes());
    segments = new Numbering(earlier == null ? Names.NONE : earlier.segments());
    features = new Numbering(earlier == null ? Names.NONE : earlier.features());
    layers = new Numbering(earlier == null ? Names.NONE : earlier.layers());
    holdouts = new Numbering(earlier == null ? Names.NONE : earlier.holdouts());
    if (earlier == null) {
      slot(Schema.USER_KEY);
    } else {
      for (int slot = 0; slot < earlier.attributes().size(); slot++) {
        literals.add(new Numbering(earlier.literals(slot)));
      }
    }
  }

  /** Returns the slot of an attribute; empty: of the user key. */
  int slot(String attribute) {
    int slot = attributes.number(attribute.isEmpty() ? Schema.USER_KEY : attribute);
    if (slot == literals.size()) {
      literals.add(new Numbering(Names.NONE));
    }
    return slot;
  }

  /** Returns the number of literals an attribute has. */
  int literalCount(int slot) {
    return literals.get(slot).size();
  }

  /** Returns the id of a literal of an attribute. */
  int literal(int slot, String text) {
    return literals.get(slot).number(text);
  }

  int segment(String key) {
    return segments.number(key);
  }

  int feature(String key) {
    return features.number(key);
  }

  int layer(String key) {
    return layers.number(key);
  }

  int holdout(String key) {
    return holdouts.number(key);
  }

  /** Returns the schema as it is now. */
  Schema build() {
    return new Schema(
        earlier,
        attributes.build(),
        literals.stream().map(Numbering::build).toList(),
        segments.build(),
        features.build(),
        layers.build(),
        holdouts.build());
  }

  /** Numbers that copy what they start from only when something is added. */
  private static final class Numbering {
    private final Names earlier;
    private @Nullable Map<String, Integer> extended;

    Numbering(Names earlier) {
      this.earlier = earlier;
    }

    int size() {
      return extended == null ? earlier.size() : extended.size();
    }

    int number(String text) {
      Map<String, Integer> numbers = extended;
      Integer number = numbers == null ? earlier.asMap().get(text) : numbers.get(text);
      if (number != null) {
        return number;
      }
      if (numbers == null) {
        numbers = new LinkedHashMap<>(earlier.asMap());
        extended = numbers;
      }
      numbers.put(text, numbers.size());
      return numbers.size() - 1;
    }

    Names build() {
      return extended == null ? earlier : Names.of(extended);
    }
  }
}
