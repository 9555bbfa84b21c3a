package dev.serin.server.outcome;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.Session;
import org.jspecify.annotations.Nullable;

/**
 * A message of a stream, or a batch.
 *
 * @param session null: it states none
 * @param firstSequence 0: it states none
 * @param watermark null: it states none
 * @param count how many outcomes it has
 * @param outcomes all of them, unless they are more than a message may have
 */
record ReportedMessage(
    @Nullable Session session,
    long firstSequence,
    @Nullable Timestamp watermark,
    int count,
    ReportedOutcomes outcomes) {
  private static final Parser<ReportOutcomeRequest> ORDINARY =
      DiscardUnknownFieldsParser.wrap(ReportOutcomeRequest.parser());

  private static final Parser<ReportOutcomeBatchRequest> ORDINARY_BATCH =
      DiscardUnknownFieldsParser.wrap(ReportOutcomeBatchRequest.parser());

  /** Reads a message of a stream. */
  static ReportedMessage parse(byte[] bytes) throws InvalidProtocolBufferException {
    ReportedMessage scanned = new OutcomeScan(bytes, false).message();
    return scanned == null ? encoded(ORDINARY.parseFrom(bytes)) : scanned;
  }

  /** Returns a batch that is a message already. */
  static ReportedMessage of(ReportOutcomeBatchRequest batch) {
    ReportedMessage scanned = new OutcomeScan(batch.toByteArray(), true).message();
    if (scanned != null) {
      return scanned;
    }
    try {
      return encoded(ORDINARY_BATCH.parseFrom(batch.toByteString()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message that was encoded here cannot be read", e);
    }
  }

  /** Encoded here, every message is as the scan takes it. */
  private static ReportedMessage encoded(MessageLite message) {
    ReportedMessage scanned = new OutcomeScan(message.toByteArray(), true).message();
    if (scanned == null) {
      throw new IllegalStateException("a message that was encoded here is not scanned");
    }
    return scanned;
  }

  /** Whose series it is; the default: it states none. */
  Session sessionOrDefault() {
    return session == null ? Session.getDefaultInstance() : session;
  }
}
