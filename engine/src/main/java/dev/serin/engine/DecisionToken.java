package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.Arm;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a decision says about itself to whoever reports its outcomes: the place its counts belong
 * to. It names no user.
 *
 * <p>As text it is base64url without padding of: a version byte; namespace, feature, split, run and
 * variant, each as a length byte pair and UTF-8; stage (4 bytes), arm (1 byte), period and feature
 * revision (8 bytes each), all big-endian; and a check of 4 bytes, the upper half of the XXH3 hash
 * of all before it. The check finds damage, it is no signature: a token is no secret and is checked
 * against run state by whoever takes it.
 *
 * @param namespace namespace of the feature
 * @param feature key of the feature
 * @param split id of the split that was drawn; empty: none
 * @param run id of the run that moved the split; empty: none
 * @param stage stage of the run, 0 without run
 * @param arm what the decision is evidence for
 * @param variant key of the variant
 * @param period revision that the split's counting period began with; 0: nothing was drawn, a run
 *     moves the split, or the split is older than counting periods are
 * @param featureRevision revision of the feature
 */
public record DecisionToken(
    String namespace,
    String feature,
    String split,
    String run,
    int stage,
    Arm arm,
    String variant,
    long period,
    long featureRevision) {
  private static final byte VERSION = 2;

  /** Bytes of stage, arm, period and feature revision. */
  private static final int NUMBER_BYTES = Integer.BYTES + 1 + 2 * Long.BYTES;

  private static final int FIXED_BYTES = 1 + 5 * Short.BYTES + NUMBER_BYTES;
  private static final int CHECK_BYTES = Integer.BYTES;

  /** Bytes of one name: what the pair of length bytes can say. */
  private static final int MAX_NAME_BYTES = (1 << Short.SIZE) - 1;

  /** Characters of a token: more than any real one, so that a caller cannot make us copy much. */
  private static final int MAX_TEXT_CHARS = 8 * 1024;

  /** Checks that all parts are there. */
  public DecisionToken {
    requireNonNull(namespace, "namespace");
    requireNonNull(feature, "feature");
    requireNonNull(split, "split");
    requireNonNull(run, "run");
    requireNonNull(arm, "arm");
    requireNonNull(variant, "variant");
  }

  /** Returns the token as text. */
  public String encode() {
    byte[][] names = {
      utf8(namespace), utf8(feature), utf8(split), utf8(run), utf8(variant),
    };
    int size = FIXED_BYTES + CHECK_BYTES;
    for (byte[] name : names) {
      size += name.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).put(VERSION);
    for (byte[] name : names) {
      bytes.putShort((short) name.length).put(name);
    }
    bytes.putInt(stage).put((byte) arm.getNumber()).putLong(period).putLong(featureRevision);
    bytes.putInt(check(bytes.array(), bytes.position()));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /**
   * Returns the token that a text stands for.
   *
   * @throws IllegalArgumentException if the text is not what {@link #encode} returns
   */
  public static DecisionToken decode(String text) {
    if (text.length() > MAX_TEXT_CHARS) {
      throw refused(text.length() + " characters", "at most " + MAX_TEXT_CHARS);
    }
    byte[] array;
    try {
      array = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw refused("'" + text + "'", "the decision_token of an answer, base64url");
    }
    int end = array.length - CHECK_BYTES;
    if (end < FIXED_BYTES
        || array[0] != VERSION
        || ByteBuffer.wrap(array).getInt(end) != check(array, end)) {
      throw refused("'" + text + "'", "the decision_token of an answer, unchanged");
    }
    ByteBuffer bytes = ByteBuffer.wrap(array, 1, end - 1);
    String[] names = new String[5];
    for (int i = 0; i < names.length; i++) {
      names[i] = name(text, bytes);
    }
    if (bytes.remaining() != NUMBER_BYTES) {
      throw refused("'" + text + "'", "the decision_token of an answer, unchanged");
    }
    int stage = bytes.getInt();
    Arm arm = Arm.forNumber(bytes.get());
    if (arm == null) {
      throw refused("'" + text + "'", "an arm this version knows");
    }
    return new DecisionToken(
        names[0],
        names[1],
        names[2],
        names[3],
        stage,
        arm,
        names[4],
        bytes.getLong(),
        bytes.getLong());
  }

  private static String name(String text, ByteBuffer bytes) {
    if (bytes.remaining() >= Short.BYTES) {
      int length = Short.toUnsignedInt(bytes.getShort());
      if (length <= bytes.remaining()) {
        ByteBuffer name = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
          return StandardCharsets.UTF_8.newDecoder().decode(name).toString();
        } catch (CharacterCodingException e) {
          throw refused("'" + text + "'", "names in UTF-8");
        }
      }
    }
    throw refused("'" + text + "'", "the decision_token of an answer, unchanged");
  }

  private static byte[] utf8(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "name: " + utf8.length + " bytes (expected: at most " + MAX_NAME_BYTES + ")");
    }
    return utf8;
  }

  private static int check(byte[] bytes, int length) {
    return (int) (Bucketing.hash(bytes, 0, length) >>> Integer.SIZE);
  }

  private static IllegalArgumentException refused(String value, String expected) {
    return new IllegalArgumentException(
        "decision_token: " + value + " (expected: " + expected + ")");
  }
}
