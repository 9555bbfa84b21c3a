package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.List;
import java.util.StringJoiner;

/** The JSON of fields' values as a diff shows it: on one line, cut where nobody would read on. */
final class DiffText {
  /** Characters of one value. */
  static final int MAX_CHARS = 1_000;

  /** Elements of one list. */
  static final int MAX_ELEMENTS = 20;

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private DiffText() {}

  /** One value of a field (of a repeated field: one element). */
  static String of(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case MESSAGE -> ofMessage((Message) value);
      case STRING -> ofMessage(Value.newBuilder().setStringValue((String) value).build());
      case ENUM -> "\"" + ((EnumValueDescriptor) value).getName() + "\"";
      case INT, LONG ->
          switch (field.getType()) {
            case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
            // JSON readers hold numbers as doubles: 64 bits are text.
            case UINT64, FIXED64 -> "\"" + Long.toUnsignedString((Long) value) + "\"";
            case INT64, SINT64, SFIXED64 -> "\"" + value + "\"";
            default -> value.toString();
          };
      case DOUBLE, FLOAT, BOOLEAN -> value.toString();
      case BYTE_STRING -> throw new IllegalArgumentException(field + ": bytes in a document");
    };
  }

  /** A message. */
  static String ofMessage(MessageOrBuilder message) {
    try {
      return cut(PRINTER.print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A list that is shown as one value. */
  static String ofList(FieldDescriptor field, List<?> elements) {
    StringJoiner json = new StringJoiner(",", "[", "]");
    for (Object element : elements.subList(0, Math.min(elements.size(), MAX_ELEMENTS))) {
      json.add(of(field, element));
    }
    if (elements.size() > MAX_ELEMENTS) {
      json.add("… " + (elements.size() - MAX_ELEMENTS) + " more");
    }
    return cut(json.toString());
  }

  /** A list whose order changed: its elements by what identifies them. */
  static String ofIdentities(FieldDescriptor field, List<?> elements) {
    FieldDescriptor identity = ListAlignment.identity(field);
    return identity == null
        ? ofList(field, elements)
        : ofList(
            identity,
            elements.stream().map(element -> ((Message) element).getField(identity)).toList());
  }

  private static String cut(String json) {
    return json.length() <= MAX_CHARS ? json : json.substring(0, MAX_CHARS - 1) + "…";
  }
}
