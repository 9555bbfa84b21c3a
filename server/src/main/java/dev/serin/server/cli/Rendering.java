package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.stream.Collectors;

/** Messages as text that people and programs read. */
final class Rendering {
  private static final JsonFormat.Printer JSON = JsonFormat.printer().preservingProtoFieldNames();

  private static final JsonFormat.Printer ONE_LINE = JSON.omittingInsignificantWhitespace();

  /** Integers that a double holds exactly and that are short enough to read. */
  private static final double MAX_INTEGER = 1e15;

  /** Characters of a value in a column. */
  private static final int MAX_BRIEF = 40;

  private Rendering() {}

  /** A message as JSON over several lines, fields named as in the protos. */
  static String json(Message message) {
    return print(message);
  }

  /** A message as JSON on one line, fields named as in the protos. */
  static String line(Message message) {
    return print(ONE_LINE, message);
  }

  /** A value on one line, as JSON; integers without a fraction. */
  static String compact(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE -> number(value.getNumberValue());
      case LIST_VALUE ->
          value.getListValue().getValuesList().stream()
              .map(Rendering::compact)
              .collect(Collectors.joining(", ", "[", "]"));
      case STRUCT_VALUE ->
          value.getStructValue().getFieldsMap().entrySet().stream()
              .map(field -> text(field.getKey()) + ": " + compact(field.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case STRING_VALUE -> text(value.getStringValue());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case NULL_VALUE, KIND_NOT_SET -> "null";
    };
  }

  /** A value on one line that fits into a column. */
  static String brief(Value value) {
    String text = compact(value);
    return text.length() <= MAX_BRIEF ? text : text.substring(0, MAX_BRIEF - 1) + "…";
  }

  /** A number; integers without a fraction. */
  static String number(double number) {
    return Math.rint(number) == number && Math.abs(number) < MAX_INTEGER
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private static String text(String text) {
    // JSON leaves U+007F to U+009F as they are; to a terminal U+009B is what ESC [ is.
    return Texts.printable(print(Value.newBuilder().setStringValue(text).build()));
  }

  private static String print(Message message) {
    return print(JSON, message);
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException("no Any stands in Serin's answers", impossible);
    }
  }
}
