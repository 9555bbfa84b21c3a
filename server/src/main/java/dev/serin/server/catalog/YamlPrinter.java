package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * The writing of a document, or of an answer that holds some, as YAML that a person would have
 * written: block style, fields in the order of the proto, short enum names, short lists of scalars
 * on one line.
 *
 * <p>The same document always gives the same text, and {@link DocumentFiles} reads it back equal.
 */
final class YamlPrinter {
  /** Columns up to which a list of scalars stays on one line. */
  private static final int MAX_COLUMNS = 100;

  /** Characters of a name written plainly; YAML readers look for its colon 1 024 characters far. */
  private static final int MAX_SIMPLE_KEY_CHARS = 128;

  private final StringBuilder out = new StringBuilder();

  private YamlPrinter() {}

  static String print(Message message) {
    YamlPrinter printer = new YamlPrinter();
    if (message.getAllFields().isEmpty()) {
      return "{}\n";
    }
    printer.message(message, 0);
    return printer.out.toString();
  }

  private void message(Message message, int indent) {
    List<FieldDescriptor> fields =
        message.getAllFields().keySet().stream()
            .sorted(Comparator.comparingInt(FieldDescriptor::getNumber))
            .toList();
    for (FieldDescriptor field : fields) {
      startLine(indent);
      out.append(field.getName()).append(':');
      Object value = message.getField(field);
      if (field.isRepeated()) {
        list(field, (List<?>) value, indent);
      } else {
        value(field, value, indent);
      }
    }
  }

  /** A value after a name or a dash, with the line's end. */
  private void value(FieldDescriptor field, Object value, int indent) {
    switch (value) {
      case Value json -> json(json, indent);
      case Timestamp time -> inline("\"" + Timestamps.toString(time) + "\"");
      case Duration time -> inline(Durations.toString(time));
      case Message message when message.getAllFields().isEmpty() -> inline("{}");
      case Message message -> {
        out.append('\n');
        message(message, indent + 2);
      }
      case String text -> text(text, indent);
      default -> inline(scalar(field, value));
    }
  }

  private void list(FieldDescriptor field, List<?> elements, int indent) {
    StringJoiner flow = new StringJoiner(", ", "[", "]");
    for (Object element : elements) {
      String inline = inlineOrEmpty(field, element);
      if (inline.isEmpty() || flow.length() > MAX_COLUMNS) {
        flow = null;
        break;
      }
      flow.add(inline);
    }
    if (flow != null && column() + 1 + flow.length() <= MAX_COLUMNS) {
      inline(flow.toString());
      return;
    }
    out.append('\n');
    for (Object element : elements) {
      startLine(indent + 2);
      out.append('-');
      item(() -> value(field, element, indent + 2));
    }
  }

  /** A list's element: a mapping's first line goes on the line of its dash. */
  private void item(Runnable printing) {
    int start = out.length();
    printing.run();
    if (out.charAt(start) == '\n' && out.length() > start + 1) {
      int text = start + 1;
      while (out.charAt(text) == ' ') {
        text++;
      }
      if (out.charAt(text) != '-') {
        out.replace(start, text, " ");
      }
    }
  }

  private void json(Value value, int indent) {
    switch (value.getKindCase()) {
      case STRING_VALUE -> text(value.getStringValue(), indent);
      case LIST_VALUE -> {
        List<Value> elements = value.getListValue().getValuesList();
        if (elements.isEmpty()) {
          inline("[]");
          return;
        }
        out.append('\n');
        for (Value element : elements) {
          startLine(indent + 2);
          out.append('-');
          item(() -> json(element, indent + 2));
        }
      }
      case STRUCT_VALUE -> {
        Map<String, Value> fields = new TreeMap<>(value.getStructValue().getFieldsMap());
        if (fields.isEmpty()) {
          inline("{}");
          return;
        }
        out.append('\n');
        fields.forEach(
            (name, element) -> {
              startLine(indent + 2);
              if (name.length() > MAX_SIMPLE_KEY_CHARS) {
                out.append("? ").append(YamlText.quoted(name)).append('\n');
                startLine(indent + 2);
                out.append(':');
              } else {
                out.append(YamlText.inline(name)).append(':');
              }
              json(element, indent + 2);
            });
      }
      case NULL_VALUE, BOOL_VALUE, NUMBER_VALUE, KIND_NOT_SET -> inline(jsonScalar(value));
    }
  }

  private void text(String text, int indent) {
    if (!YamlText.isBlock(text)) {
      inline(YamlText.inline(text));
      return;
    }
    out.append(text.endsWith("\n") ? " |\n" : " |-\n");
    text.lines()
        .forEach(
            line -> {
              if (!line.isEmpty()) {
                startLine(indent + 2);
              }
              out.append(line).append('\n');
            });
  }

  /** The element on one line, or empty where it needs more. */
  private static String inlineOrEmpty(FieldDescriptor field, Object element) {
    return switch (element) {
      case Value json ->
          switch (json.getKindCase()) {
            case STRING_VALUE -> YamlText.inline(json.getStringValue());
            case NULL_VALUE, BOOL_VALUE, NUMBER_VALUE -> jsonScalar(json);
            case LIST_VALUE, STRUCT_VALUE, KIND_NOT_SET -> "";
          };
      case Message message -> "";
      default -> scalar(field, element);
    };
  }

  private static String scalar(FieldDescriptor field, Object value) {
    return switch (value) {
      case String text -> YamlText.inline(text);
      case EnumValueDescriptor name -> YamlText.inline(EnumNames.shortName(name));
      case Double number -> number(number);
      case Boolean bool -> bool.toString();
      default -> DiffText.of(field, value).replace("\"", "");
    };
  }

  private static String jsonScalar(Value value) {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case NUMBER_VALUE -> number(value.getNumberValue());
      default -> "null";
    };
  }

  /** Whole numbers without a point, as far as a double holds each of them. */
  private static String number(double number) {
    boolean whole = number == Math.rint(number) && Math.abs(number) < (1L << 53);
    boolean negativeZero = number == 0 && 1 / number < 0;
    return whole && !negativeZero ? Long.toString((long) number) : Double.toString(number);
  }

  private void inline(String text) {
    out.append(' ').append(text).append('\n');
  }

  private void startLine(int indent) {
    out.repeat(' ', indent);
  }

  private int column() {
    return out.length() - out.lastIndexOf("\n") - 1;
  }
}
