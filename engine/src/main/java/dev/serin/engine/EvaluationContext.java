package dev.serin.engine;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation context of one call: the user, the user's attributes, and what the engine does not
 * have by itself: the time and random bits. A scratch pad to be used again and again.
 *
 * <p>{@link #begin} starts a call; then the user key and the attributes are set; then any number of
 * features of the snapshot are evaluated. What is found out about a value (its hash, its version)
 * is kept for the next feature.
 *
 * <p>For one thread at a time. Allocates nothing after it has grown to the size of the calls,
 * except where said.
 */
public final class EvaluationContext extends Frame {
  /** What {@link #slot} returns for an attribute that no condition and no unit uses. */
  public static final int UNUSED = Names.ABSENT;

  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** Characters of a decision id: 64 bits in hexadecimal. */
  public static final int DECISION_ID_CHARS = 16;

  private final Answers answers = new Answers();
  private final byte[] decisionId = new byte[DECISION_ID_CHARS];
  private @Nullable Snapshot snapshot;
  private long nowMillis;
  private long random;
  private long silentMillis;

  /** Makes a context that waits for {@link #begin}. */
  public EvaluationContext() {}

  /**
   * Starts a call: forgets all values.
   *
   * @param snapshot what the call's features are taken from
   * @param nowMillis milliseconds since 1970-01-01T00:00:00Z
   * @param random 64 random bits: the draw of probability splits, and the decision id
   * @param silentMillis milliseconds since whoever serves last heard of the runs' state, 0: just
   *     now
   */
  public void begin(Snapshot snapshot, long nowMillis, long random, long silentMillis) {
    if (this.snapshot != snapshot) {
      this.snapshot = snapshot;
      answers.fit(snapshot.schema());
      fit(snapshot.schema());
    }
    this.nowMillis = nowMillis;
    this.random = random;
    this.silentMillis = silentMillis;
    answers.forget();
    forget();
  }

  /** Sets the user key; empty: there is none. */
  public void userKey(String key) {
    if (key.isEmpty()) {
      nothing(Schema.USER_KEY_SLOT);
    } else {
      text(Schema.USER_KEY_SLOT, key);
    }
  }

  /** Sets the user key, given in UTF-8; empty: there is none. */
  public void userKey(byte[] utf8, int offset, int length) {
    if (length == 0) {
      nothing(Schema.USER_KEY_SLOT);
    } else {
      text(Schema.USER_KEY_SLOT, utf8, offset, length);
    }
  }

  /** Returns the slot of an attribute, or {@link #UNUSED}: its value need not be set. */
  public int slot(String attribute) {
    return snapshot().schema().attributes().number(attribute);
  }

  /** Returns the slot of an attribute named in UTF-8, or {@link #UNUSED}. */
  public int slot(byte[] utf8, int offset, int length) {
    return snapshot().schema().attributes().number(utf8, offset, length);
  }

  /** Sets an attribute to a text. */
  public void attribute(String name, String value) {
    int slot = slot(name);
    if (slot != UNUSED) {
      text(slot, value);
    }
  }

  /** Sets an attribute to a number. */
  public void attribute(String name, double value) {
    int slot = slot(name);
    if (slot != UNUSED) {
      number(slot, value);
    }
  }

  /** Sets an attribute to a truth value. */
  public void attribute(String name, boolean value) {
    int slot = slot(name);
    if (slot != UNUSED) {
      bool(slot, value);
    }
  }

  /**
   * Sets an attribute to a list of Strings, Numbers and Booleans; other elements are there but pass
   * no test.
   */
  public void attribute(String name, List<?> values) {
    int slot = slot(name);
    if (slot != UNUSED) {
      list(slot);
      for (Object value : values) {
        if (value instanceof String text) {
          text(element(slot), text);
        } else if (value instanceof Number number) {
          number(element(slot), number.doubleValue());
        } else if (value instanceof Boolean bool) {
          bool(element(slot), bool);
        } else {
          other(element(slot));
        }
      }
    }
  }

  /** Sets all attributes of a JSON object, null counting as absent. */
  public void attributes(Struct attributes) {
    attributes
        .getFieldsMap()
        .forEach(
            (name, value) -> {
              int slot = slot(name);
              if (slot != UNUSED) {
                set(slot, value);
              }
            });
  }

  private void set(int slot, Value value) {
    switch (value.getKindCase()) {
      case STRING_VALUE -> text(slot, value.getStringValue());
      case NUMBER_VALUE -> number(slot, value.getNumberValue());
      case BOOL_VALUE -> bool(slot, value.getBoolValue());
      case LIST_VALUE -> {
        list(slot);
        for (Value element : value.getListValue().getValuesList()) {
          if (element.getKindCase() == Value.KindCase.LIST_VALUE) {
            other(element(slot));
          } else {
            set(element(slot), element);
          }
        }
      }
      case STRUCT_VALUE -> other(slot);
      case NULL_VALUE, KIND_NOT_SET -> nothing(slot);
    }
  }

  /**
   * Returns the hash of the unit a decision counts for, 0 where it has none.
   *
   * @param decision what a feature answered in this call
   */
  public long unitHash(Decision decision) {
    int slot = decision.unitSlot();
    boolean counts = decision.perCall() || (slot != Decision.NO_SLOT && isUnit(slot));
    return counts ? hashOfUnit(slot) : 0;
  }

  /**
   * Returns the call's decision id, the unit key of probability splits: 16 lower-case hexadecimal
   * digits. Allocates it.
   */
  public String decisionId() {
    byte[] id = new byte[DECISION_ID_CHARS];
    decisionId(id, 0);
    return new String(id, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** Writes the call's decision id, {@value #DECISION_ID_CHARS} ASCII bytes. */
  public void decisionId(byte[] target, int offset) {
    for (int i = 0; i < DECISION_ID_CHARS; i++) {
      target[offset + i] = HEX[(int) (random >>> (Long.SIZE - 4 - 4 * i)) & 0xf];
    }
  }

  /** Returns whether the call has a unit: the value of a slot, or itself as {@code NO_SLOT}. */
  boolean hasUnit(int slot) {
    return slot == Decision.NO_SLOT || isUnit(slot);
  }

  /** Returns the hash of a unit; {@link #hasUnit} has said that there is one. */
  long hashOfUnit(int slot) {
    return slot == Decision.NO_SLOT ? callHash() : unitHash(slot);
  }

  private long callHash() {
    decisionId(decisionId, 0);
    return Bucketing.hash(decisionId, 0, DECISION_ID_CHARS);
  }

  /** Returns whether the user is in the segment at a place of the snapshot. */
  boolean inSegment(int place) {
    int known = answers.segment(place);
    if (known == Answers.UNKNOWN) {
      boolean member = snapshot().links().segment(place).contains(this);
      answers.setSegment(place, member);
      return member;
    }
    return known == Answers.YES;
  }

  /** Returns what the prerequisite at a place of the snapshot answers. */
  Decision prerequisite(int place) {
    Decision known = answers.prerequisite(place);
    if (known == null) {
      known = snapshot().links().feature(place).evaluate(this);
      answers.setPrerequisite(place, known);
    }
    return known;
  }

  long nowMillis() {
    return nowMillis;
  }

  long silentMillis() {
    return silentMillis;
  }

  Snapshot snapshot() {
    if (snapshot == null) {
      throw new IllegalStateException("context: not begun (expected: begin before it is used)");
    }
    return snapshot;
  }
}
