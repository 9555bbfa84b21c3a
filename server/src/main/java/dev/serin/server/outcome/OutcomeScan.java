package dev.serin.server.outcome;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import dev.serin.server.wire.WireReader;
import dev.serin.v1.Session;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a ReportOutcomeRequest without a message in between; those of a batch have the
 * same fields.
 *
 * <p>It takes what encoders write. Whatever is out of the ordinary (a malformed message, an unknown
 * field, a field or a key given twice) it leaves to the ordinary way, see {@link ReportedMessage};
 * a test holds them equal. For one message.
 */
final class OutcomeScan {
  // Tags of the fields: number << 3 | wire type.
  private static final int SESSION = 1 << 3 | 2;
  private static final int FIRST_SEQUENCE = 2 << 3;
  private static final int OUTCOME = 3 << 3 | 2;
  private static final int WATERMARK = 4 << 3 | 2;

  private static final int TOKEN = 1 << 3 | 2;
  private static final int UNIT_KEY = 2 << 3 | 2;
  private static final int NAMESPACE = 3 << 3 | 2;
  private static final int FEATURE = 4 << 3 | 2;
  private static final int TIME = 5 << 3 | 2;
  private static final int VALUE = 6 << 3 | 2;
  private static final int INSTANCE = 7 << 3 | 2;
  private static final int EXPOSURE = 8 << 3;
  private static final int DROPPED = 9 << 3;

  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 1;

  private static final int SECONDS = 1 << 3;
  private static final int NANOS = 2 << 3;

  private static final Parser<Session> SESSIONS = DiscardUnknownFieldsParser.wrap(Session.parser());

  private final byte[] bytes;
  private final boolean isOwn;
  private final WireReader reader = new WireReader();
  private final ReportedOutcomes outcomes;

  // Of the time that was read last.
  private long seconds;
  private int nanos;

  /**
   * A scan.
   *
   * @param isOwn whether the bytes were encoded here, so that no key is there twice
   */
  OutcomeScan(byte[] bytes, boolean isOwn) {
    this.bytes = bytes;
    this.isOwn = isOwn;
    this.outcomes = new ReportedOutcomes(bytes);
    reader.begin(bytes);
  }

  /** Returns the message; null: it is out of the ordinary. */
  @Nullable ReportedMessage message() {
    Session session = null;
    Timestamp watermark = null;
    long firstSequence = 0;
    int count = 0;
    while (reader.at() < bytes.length) {
      byte tag = reader.next();
      if (tag == FIRST_SEQUENCE) {
        if (!reader.varint(bytes.length)) {
          return null;
        }
        firstSequence = reader.value();
        continue;
      }
      int length = reader.length(bytes.length);
      if (length == WireReader.UNEXPECTED) {
        return null;
      }
      int end = reader.at() + length;
      switch (tag) {
        case OUTCOME -> {
          // One more tells that there are too many; they are refused unread.
          if (++count > OutcomeLimits.OUTCOMES_MAX) {
            reader.moveTo(end);
          } else if (!outcome(end)) {
            return null;
          }
        }
        case SESSION -> {
          Session stated = session == null ? session(length) : null;
          if (stated == null) {
            return null;
          }
          session = stated;
        }
        case WATERMARK -> {
          if (watermark != null || !time(end)) {
            return null;
          }
          watermark = Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
        }
        default -> {
          return null;
        }
      }
    }
    return new ReportedMessage(session, firstSequence, watermark, count, outcomes);
  }

  private @Nullable Session session(int length) {
    int at = reader.at();
    reader.moveTo(at + length);
    try {
      return SESSIONS.parseFrom(bytes, at, length);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private boolean outcome(int end) {
    outcomes.begin();
    while (reader.at() < end) {
      byte tag = reader.next();
      if (tag == EXPOSURE || tag == DROPPED) {
        if (!reader.varint(end)) {
          return false;
        }
        if (tag == EXPOSURE) {
          outcomes.setExposure(reader.value() != 0);
        } else {
          outcomes.setDropped((int) reader.value());
        }
        continue;
      }
      int length = reader.length(end);
      if (length == WireReader.UNEXPECTED || !field(tag, length)) {
        return false;
      }
    }
    return true;
  }

  private boolean field(byte tag, int length) {
    return switch (tag) {
      case TOKEN -> text(ReportedOutcomes.TOKEN, length);
      case UNIT_KEY -> text(ReportedOutcomes.UNIT_KEY, length);
      case NAMESPACE -> text(ReportedOutcomes.NAMESPACE, length);
      case FEATURE -> text(ReportedOutcomes.FEATURE, length);
      case INSTANCE -> text(ReportedOutcomes.INSTANCE_ID, length);
      case VALUE -> value(reader.at() + length);
      case TIME -> {
        if (outcomes.hasTime(outcomes.size() - 1) || !time(reader.at() + length)) {
          yield false;
        }
        outcomes.setTime(seconds, nanos);
        yield true;
      }
      default -> false;
    };
  }

  private boolean text(int text, int length) {
    outcomes.setText(text, reader.at(), length);
    return reader.text(length);
  }

  private boolean time(int end) {
    seconds = 0;
    nanos = 0;
    while (reader.at() < end) {
      byte tag = reader.next();
      if (!reader.varint(end)) {
        return false;
      }
      switch (tag) {
        case SECONDS -> seconds = reader.value();
        case NANOS -> nanos = (int) reader.value();
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private boolean value(int end) {
    int keyAt = end;
    int keyLength = 0;
    double value = 0;
    while (reader.at() < end) {
      switch (reader.next()) {
        case ENTRY_KEY -> {
          keyLength = reader.length(end);
          keyAt = reader.at();
          if (keyLength == WireReader.UNEXPECTED || !reader.text(keyLength)) {
            return false;
          }
        }
        case ENTRY_VALUE -> {
          if (end - reader.at() < Double.BYTES) {
            return false;
          }
          value = reader.number();
        }
        default -> {
          return false;
        }
      }
    }
    if (!isOwn && isRepeated(keyAt, keyLength)) {
      return false;
    }
    outcomes.add(keyAt, keyLength, value);
    return true;
  }

  /** Whether a key was there before, or there are so many that looking takes too long. */
  private boolean isRepeated(int keyAt, int keyLength) {
    return outcomes.valuesCount(outcomes.size() - 1) > OutcomeLimits.VALUES_MAX
        || outcomes.hasKey(keyAt, keyLength);
  }
}
