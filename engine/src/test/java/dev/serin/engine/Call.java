package dev.serin.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one call brings, to be put into a context in each of the ways a context takes it.
 *
 * @param userKey the user key; empty: none
 * @param attributes the attributes
 * @param nowMillis milliseconds since 1970-01-01T00:00:00Z
 * @param random the call's random bits
 * @param silentMillis milliseconds since whoever serves heard of the runs
 */
record Call(
    String userKey, Map<String, Value> attributes, long nowMillis, long random, long silentMillis) {

  /** A user without attributes, at the epoch. */
  static Call of(String userKey) {
    return new Call(userKey, Map.of(), 0, 0, 0);
  }

  Call with(String attribute, String text) {
    Map<String, Value> more = new LinkedHashMap<>(attributes);
    more.put(attribute, Value.newBuilder().setStringValue(text).build());
    return new Call(userKey, more, nowMillis, random, silentMillis);
  }

  void beginWithStruct(EvaluationContext context, Snapshot snapshot) {
    context.begin(snapshot, nowMillis, random, silentMillis);
    context.userKey(userKey);
    context.attributes(Struct.newBuilder().putAllFields(attributes).build());
  }

  void beginWithStrings(EvaluationContext context, Snapshot snapshot) {
    context.begin(snapshot, nowMillis, random, silentMillis);
    attributes.forEach((name, value) -> setString(context, name, value));
    context.userKey(userKey);
  }

  private static void setString(EvaluationContext context, String name, Value value) {
    switch (value.getKindCase()) {
      case STRING_VALUE -> context.attribute(name, value.getStringValue());
      case NUMBER_VALUE -> context.attribute(name, value.getNumberValue());
      case BOOL_VALUE -> context.attribute(name, value.getBoolValue());
      case LIST_VALUE -> context.attribute(name, javaList(value.getListValue()));
      case STRUCT_VALUE -> {
        int slot = context.slot(name);
        if (slot != EvaluationContext.UNUSED) {
          context.other(slot);
        }
      }
      case NULL_VALUE, KIND_NOT_SET -> {
        // Absent: nothing to set.
      }
    }
  }

  private static List<Object> javaList(ListValue list) {
    List<Object> elements = new ArrayList<>();
    for (Value element : list.getValuesList()) {
      elements.add(
          switch (element.getKindCase()) {
            case STRING_VALUE -> element.getStringValue();
            case NUMBER_VALUE -> element.getNumberValue();
            case BOOL_VALUE -> element.getBoolValue();
            default -> new Object();
          });
    }
    return elements;
  }

  /** Names and texts lie in one array, as in a message, with other bytes around each. */
  void beginWithBytes(EvaluationContext context, Snapshot snapshot) {
    Message message = new Message();
    int[] user = message.write(userKey);
    List<int[]> names = new ArrayList<>();
    List<int[]> texts = new ArrayList<>();
    attributes.forEach(
        (name, value) -> {
          names.add(message.write(name));
          for (Value part : parts(value)) {
            texts.add(message.write(part.getStringValue()));
          }
        });
    byte[] bytes = message.bytes.toByteArray();
    context.begin(snapshot, nowMillis, random, silentMillis);
    context.userKey(bytes, user[0], user[1]);
    int nextName = 0;
    int nextText = 0;
    for (Value value : attributes.values()) {
      int[] name = names.get(nextName++);
      int slot = context.slot(bytes, name[0], name[1]);
      if (slot == EvaluationContext.UNUSED) {
        nextText += parts(value).size();
      } else if (value.hasListValue()) {
        context.list(slot);
        for (Value element : parts(value)) {
          setBytes(context, context.element(slot), element, bytes, texts.get(nextText++));
        }
      } else {
        setBytes(context, slot, value, bytes, texts.get(nextText++));
      }
    }
  }

  private static List<Value> parts(Value value) {
    return value.hasListValue() ? value.getListValue().getValuesList() : List.of(value);
  }

  private static void setBytes(
      EvaluationContext context, int slot, Value value, byte[] bytes, int[] text) {
    switch (value.getKindCase()) {
      case STRING_VALUE -> context.text(slot, bytes, text[0], text[1]);
      case NUMBER_VALUE -> context.number(slot, value.getNumberValue());
      case BOOL_VALUE -> context.bool(slot, value.getBoolValue());
      case LIST_VALUE, STRUCT_VALUE -> context.other(slot);
      case NULL_VALUE, KIND_NOT_SET -> context.nothing(slot);
    }
  }

  /** Bytes being put together; where each text lies is told as offset and length. */
  private static final class Message {
    private static final byte[] BETWEEN = "é7".getBytes(UTF_8);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    int[] write(String text) {
      bytes.writeBytes(BETWEEN);
      int offset = bytes.size();
      byte[] utf8 = text.getBytes(UTF_8);
      bytes.writeBytes(utf8);
      return new int[] {offset, utf8.length};
    }
  }
}
