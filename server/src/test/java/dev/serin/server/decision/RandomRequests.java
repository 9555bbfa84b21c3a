package dev.serin.server.decision;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.v1.EvaluateRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Requests, and bytes that were requests once, drawn from a seed. */
final class RandomRequests {
  private static final List<String> NAMES =
      List.of(
          "country",
          "version",
          "tags",
          "age",
          "internal",
          "plan",
          "account",
          "email",
          "unused",
          "ünused",
          "x",
          "",
          "a-name-that-is-longer-than-eight-bytes");
  private static final List<String> TEXTS =
      List.of(
          "DE",
          "FR",
          "Österreich",
          "2.3.0",
          "v1.9.9",
          "2.4.0-rc.1",
          "vip",
          "",
          "ada@example.org",
          "日本語",
          "\uD83D\uDE00",
          "a text that is longer than eight bytes",
          "x".repeat(200));
  private static final List<String> FEATURES =
      List.of("checkout", "checkout", "lottery", "by-account", "depends", "chekout", "", "日本");
  private static final List<String> USERS =
      List.of("ada", "grace", "qa", "u-1", "u-2", "u-3", "u-4", "ユーザー", "", "y".repeat(1_024));

  private final SplittableRandom random;

  RandomRequests(long seed) {
    random = new SplittableRandom(seed);
  }

  EvaluateRequest next() {
    var request = EvaluateRequest.newBuilder().setFeature(pick(FEATURES)).setUserKey(pick(USERS));
    if (random.nextInt(8) == 0) {
      request.setNamespace(pick(List.of("default", "other", "nowhere")));
    }
    if (random.nextInt(8) == 0) {
      request.setExpectedTypeValue(random.nextInt(7));
    }
    if (random.nextInt(8) == 0) {
      request.setRecordExposure(random.nextBoolean());
    }
    if (random.nextInt(200) == 0) {
      request.setUserKey("z".repeat(1_025));
    }
    var attributes = Struct.newBuilder();
    int count = random.nextInt(200) == 0 ? 255 + random.nextInt(4) : random.nextInt(8);
    for (int i = 0; i < count; i++) {
      attributes.putFields(count > 8 ? "many-" + i : pick(NAMES), value(0));
    }
    if (random.nextInt(200) == 0) {
      attributes.putFields("user_key", value(0));
    }
    if (count > 0 || random.nextBoolean()) {
      request.setAttributes(attributes);
    }
    return request.build();
  }

  private Value value(int depth) {
    var value = Value.newBuilder();
    switch (random.nextInt(depth < 2 ? 20 : 16)) {
      case 0 -> value.setNullValue(NullValue.NULL_VALUE);
      case 1, 2 -> value.setBoolValue(random.nextBoolean());
      case 3, 4 -> value.setNumberValue(random.nextInt(100));
      case 5 -> value.setNumberValue(Double.longBitsToDouble(random.nextLong()));
      case 6 -> {}
      case 16 -> value.setStructValue(Struct.newBuilder().putFields("in", value(depth + 1)));
      case 17, 18, 19 -> {
        var list = ListValue.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.addValues(value(depth + 1));
        }
        value.setListValue(list);
      }
      default -> value.setStringValue(pick(TEXTS));
    }
    return value.build();
  }

  /** The bytes of a request, changed in one of many ways, or not at all. */
  byte[] bytes() {
    byte[] bytes = next().toByteArray();
    return switch (random.nextInt(12)) {
      case 0 -> flipped(bytes);
      case 1 -> java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> joined(List.of(bytes, next().toByteArray()));
      case 3 -> shuffled(bytes);
      case 4 -> joined(List.of(bytes, unknown()));
      case 5 -> inserted(bytes);
      case 6 -> joined(List.of(bytes, attributes(strangeEntry())));
      case 7 -> random();
      default -> bytes;
    };
  }

  private byte[] flipped(byte[] bytes) {
    for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] inserted(byte[] bytes) {
    var changed = new ByteArrayOutputStream();
    int at = random.nextInt(bytes.length + 1);
    changed.write(bytes, 0, at);
    changed.writeBytes(small());
    changed.write(bytes, at, bytes.length - at);
    return changed.toByteArray();
  }

  /** The fields of a message in another order. */
  private byte[] shuffled(byte[] bytes) {
    try {
      var request = EvaluateRequest.parseFrom(bytes);
      var fields = new ArrayList<byte[]>();
      request
          .getAllFields()
          .forEach(
              (field, value) ->
                  fields.add(
                      EvaluateRequest.newBuilder().setField(field, value).build().toByteArray()));
      Collections.shuffle(fields, new java.util.Random(random.nextLong()));
      return joined(fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A field nobody knows, of any wire type, groups and broken ones included. */
  private byte[] unknown() {
    return written(
        output -> {
          int field = 1 + random.nextInt(20);
          switch (random.nextInt(6)) {
            case 0 -> output.writeUInt64(field, random.nextLong());
            case 1 -> output.writeFixed32(field, random.nextInt());
            case 2 -> output.writeFixed64(field, random.nextLong());
            case 3 -> output.writeByteArray(field, small());
            case 4 -> {
              int depth = random.nextInt(3) == 0 ? 98 + random.nextInt(5) : random.nextInt(3);
              for (int i = 0; i < depth; i++) {
                output.writeTag(field, 3);
              }
              for (int i = 0; i < depth; i++) {
                output.writeTag(field, 4);
              }
            }
            default -> output.writeRawBytes(ByteString.copyFrom(small()));
          }
        });
  }

  /** A map entry whose parts are missing, doubled, turned around or of the wrong type. */
  private byte[] strangeEntry() {
    return written(
        output -> {
          for (int i = random.nextInt(4); i > 0; i--) {
            switch (random.nextInt(5)) {
              case 0, 1 -> output.writeString(1, pick(NAMES));
              case 2, 3 -> output.writeMessage(2, value(0));
              default -> output.writeRawBytes(ByteString.copyFrom(unknown()));
            }
          }
        });
  }

  private byte[] attributes(byte[] entry) {
    byte[] struct = written(output -> output.writeByteArray(1, entry));
    return written(output -> output.writeByteArray(4, struct));
  }

  private byte[] small() {
    byte[] bytes = new byte[random.nextInt(6)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] random() {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] joined(List<byte[]> parts) {
    var whole = new ByteArrayOutputStream();
    parts.forEach(whole::writeBytes);
    return whole.toByteArray();
  }

  private interface Writing {
    void to(CodedOutputStream output) throws IOException;
  }

  private static byte[] written(Writing writing) {
    var bytes = new ByteArrayOutputStream();
    try {
      var output = CodedOutputStream.newInstance(bytes);
      writing.to(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
