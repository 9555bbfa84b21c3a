package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

/** Messages as text that people and programs read. */
final class Rendering {
  private static final JsonFormat.Printer JSON = JsonFormat.printer().preservingProtoFieldNames();

  private static final JsonFormat.Printer COMPACT = JSON.omittingInsignificantWhitespace();

  /** Integers that a double holds exactly and that are short enough to read. */
  private static final double MAX_INTEGER = 1e15;

  /** Characters of a value in a column. */
  private static final int MAX_BRIEF = 40;

  private Rendering() {}

  /** A message as JSON over several lines, fields named as in the protos. */
  static String json(Message message) {
    return print(JSON, message);
  }

  /** A value on one line, as JSON; an integer without a fraction. */
  static String compact(Value value) {
    if (value.hasNumberValue()) {
      double number = value.getNumberValue();
      return Math.rint(number) == number && Math.abs(number) < MAX_INTEGER
          ? Long.toString((long) number)
          : Double.toString(number);
    }
    return print(COMPACT, value);
  }

  /** A value on one line that fits into a column. */
  static String brief(Value value) {
    String text = compact(value);
    return text.length() <= MAX_BRIEF ? text : text.substring(0, MAX_BRIEF - 1) + "…";
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException("no Any stands in Serin's answers", impossible);
    }
  }
}
