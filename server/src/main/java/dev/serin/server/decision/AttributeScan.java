package dev.serin.server.decision;

import dev.serin.engine.EvaluationContext;
import dev.serin.server.wire.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the attributes of a request from its bytes into an evaluation context. */
final class AttributeScan {
  // Tags of Struct, its map entries, ListValue and Value: number << 3 | wire type.
  private static final int ENTRY = 1 << 3 | 2;
  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;
  private static final int LIST_ELEMENT = 1 << 3 | 2;
  private static final int NULL = 1 << 3;
  private static final int NUMBER = 2 << 3 | 1;
  private static final int TEXT = 3 << 3 | 2;
  private static final int BOOL = 4 << 3;
  private static final int LIST = 6 << 3 | 2;

  private static final byte[] USER_KEY = RequestLimits.USER_KEY.getBytes(StandardCharsets.US_ASCII);

  private final WireReader reader;
  private final EvaluationContext context;
  private byte[] bytes = {};

  AttributeScan(WireReader reader, EvaluationContext context) {
    this.reader = reader;
    this.context = context;
  }

  /** Sets the attributes of a Struct in the context; false: something is out of the ordinary. */
  boolean read(byte[] message, int from, int end) {
    bytes = message;
    reader.moveTo(from);
    int count = 0;
    while (reader.at() < end) {
      if (reader.next() != ENTRY || ++count > RequestLimits.ATTRIBUTES_MAX || !entry(end)) {
        return false;
      }
    }
    return true;
  }

  private boolean entry(int end) {
    int entryLength = reader.length(end);
    if (entryLength <= 0) {
      return false;
    }
    int entryEnd = reader.at() + entryLength;
    if (reader.next() != ENTRY_KEY) {
      return false;
    }
    int nameLength = reader.length(entryEnd);
    if (nameLength == WireReader.UNEXPECTED) {
      return false;
    }
    int nameAt = reader.at();
    if (!reader.text(nameLength) || reader.at() >= entryEnd || reader.next() != ENTRY_VALUE) {
      return false;
    }
    int valueLength = reader.length(entryEnd);
    if (valueLength == WireReader.UNEXPECTED
        || reader.at() + valueLength != entryEnd
        || isUserKey(nameAt, nameLength)) {
      return false;
    }
    return value(context.slot(bytes, nameAt, nameLength), entryEnd);
  }

  private boolean isUserKey(int at, int length) {
    return length == USER_KEY.length
        && Arrays.equals(bytes, at, at + length, USER_KEY, 0, USER_KEY.length);
  }

  /** Reads a Value that fills the bytes up to its end. */
  private boolean value(int slot, int end) {
    if (reader.at() < end && bytes[reader.at()] == LIST) {
      reader.next();
      int length = reader.length(end);
      return length != WireReader.UNEXPECTED && reader.at() + length == end && list(slot, end);
    }
    return scalar(slot, end);
  }

  private boolean list(int slot, int end) {
    boolean used = slot != EvaluationContext.UNUSED;
    if (used) {
      context.list(slot);
    }
    while (reader.at() < end) {
      if (reader.next() != LIST_ELEMENT) {
        return false;
      }
      int length = reader.length(end);
      if (length == WireReader.UNEXPECTED
          || !scalar(used ? context.element(slot) : slot, reader.at() + length)) {
        return false;
      }
    }
    return true;
  }

  private boolean scalar(int slot, int end) {
    boolean used = slot != EvaluationContext.UNUSED;
    if (reader.at() == end) {
      if (used) {
        context.nothing(slot);
      }
      return true;
    }
    switch (reader.next()) {
      case TEXT -> {
        int length = reader.length(end);
        int at = reader.at();
        if (length == WireReader.UNEXPECTED || !reader.text(length)) {
          return false;
        }
        if (used) {
          context.text(slot, bytes, at, length);
        }
      }
      case NUMBER -> {
        if (end - reader.at() < Double.BYTES) {
          return false;
        }
        double number = reader.number();
        if (used) {
          context.number(slot, number);
        }
      }
      case BOOL -> {
        int bool = reader.small(end);
        if (bool == WireReader.UNEXPECTED) {
          return false;
        }
        if (used) {
          context.bool(slot, bool != 0);
        }
      }
      case NULL -> {
        if (reader.small(end) == WireReader.UNEXPECTED) {
          return false;
        }
        if (used) {
          context.nothing(slot);
        }
      }
      default -> {
        return false;
      }
    }
    return reader.at() == end;
  }
}
