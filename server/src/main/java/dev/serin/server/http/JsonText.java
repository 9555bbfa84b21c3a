package dev.serin.server.http;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.error.ApiErrors;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * A request that is JSON by the letter: UTF-8 throughout, no name twice in an object, only text
 * that Unicode knows. What usual readers make of the rest is not what was sent: they put other
 * characters in its place, so that two users become one, or keep the last of two values.
 */
final class JsonText {
  private final JsonReader reader;

  /** Names seen in the objects that are open, the innermost first. */
  private final Deque<Set<String>> names = new ArrayDeque<>();

  private JsonText(String text) {
    reader = new JsonReader(new StringReader(text));
    // STRICT itself would refuse half of a surrogate pair, and not say so.
    reader.setStrictness(Strictness.LEGACY_STRICT);
  }

  /**
   * The text of a request.
   *
   * @throws InvalidProtocolBufferException if it is no JSON
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST naming what else is wrong and where
   */
  static String read(byte[] bytes) throws IOException {
    String text = decode(bytes);
    JsonText json = new JsonText(text);
    try {
      json.check();
    } catch (MalformedJsonException | EOFException e) {
      throw new InvalidProtocolBufferException(
          "no JSON at character " + json.reader.getCharacterOffset());
    }
    return text;
  }

  private static String decode(byte[] bytes) {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    // UTF-8 has no character with fewer bytes than chars.
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      String wrong = HexFormat.of().toHexDigits(bytes[in.position()]);
      throw ApiErrors.invalidRequest(
          "", "byte 0x" + wrong + " at offset " + in.position() + " (expected: JSON as UTF-8)");
    }
    return out.flip().toString();
  }

  private void check() throws IOException {
    while (true) {
      switch (reader.peek()) {
        case BEGIN_OBJECT -> {
          reader.beginObject();
          names.push(new HashSet<>());
        }
        case END_OBJECT -> {
          reader.endObject();
          names.pop();
        }
        case BEGIN_ARRAY -> reader.beginArray();
        case END_ARRAY -> reader.endArray();
        case NAME -> checkName(reader.nextName());
        case STRING -> {
          String field = field();
          requireUnicode(reader.nextString(), field);
        }
        case NUMBER, BOOLEAN, NULL -> reader.skipValue();
        case END_DOCUMENT -> {
          return;
        }
      }
    }
  }

  private void checkName(String name) {
    requireUnicode(name, field());
    if (!names.getFirst().add(name)) {
      throw ApiErrors.invalidRequest(field(), "a name for the second time (expected: once)");
    }
  }

  /** Where the reader is: {@code attributes.country}; itself free of what it may have to name. */
  private String field() {
    String path = reader.getPath();
    String field = path.startsWith("$.") ? path.substring(2) : path;
    return new String(field.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static void requireUnicode(String text, String field) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw ApiErrors.invalidRequest(
            field,
            "\\u"
                + HexFormat.of().toHexDigits(c)
                + ", half of a surrogate pair (expected: Unicode text)");
      }
    }
  }
}
