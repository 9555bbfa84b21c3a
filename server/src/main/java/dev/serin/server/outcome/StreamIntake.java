package dev.serin.server.outcome;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.ledger.Claim;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.v1.Session;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a stream makes of its messages: opened, numbered, judged, handed over to be flushed. Not for
 * several threads at a time.
 */
final class StreamIntake {
  private final Ingest ingest;
  private final ReportStream stream;
  private @Nullable Session session;
  private @Nullable OpenSession opened;

  /** Null until it is known where the series goes on. */
  private @Nullable StreamSequence sequence;

  private AckState acks = new AckState(false);

  /** The first message, while its session is claimed. */
  private @Nullable Parsed opening;

  /** The message that is being judged. */
  private @Nullable JudgedMessage judged;

  /** Why nothing more is taken; null: more is. */
  private @Nullable ApiException end;

  private long watermark = Reporter.NO_WATERMARK;
  private final UncommittedBytes uncommitted = new UncommittedBytes();

  /** A message whose numbers were checked. */
  private record Parsed(ReportedMessage message, long first, long watermark, long bytes) {}

  StreamIntake(Ingest ingest, ReportStream stream) {
    this.ingest = ingest;
    this.stream = stream;
  }

  /** The session was claimed. */
  void claimed(OpenSession given, long committed) {
    opened = given;
    sequence = new StreamSequence(committed);
    acks.opened(committed);
  }

  /**
   * Takes messages for as long as there are, and the session, snapshots, and room for refusals are
   * there.
   *
   * @param inbox gives the next message; null: there is none
   * @param stopping whether no session may be claimed any more
   */
  void take(Judge judge, Supplier<@Nullable ReceivedMessage> inbox, boolean stopping) {
    while (end == null) {
      if (judged != null) {
        if (!advance(judge, judged)) {
          return;
        }
      } else if (opening != null) {
        if (sequence == null) {
          return;
        }
        Parsed first = opening;
        opening = null;
        admit(first, true);
      } else if (acks.isFull()) {
        return;
      } else {
        ReceivedMessage message = inbox.get();
        if (message == null) {
          return;
        }
        take(message.bytes(), stopping);
      }
    }
  }

  private void take(byte[] bytes, boolean stopping) {
    try {
      Parsed parsed = parsed(bytes);
      if (sequence != null) {
        admit(parsed, false);
      } else {
        open(parsed, stopping);
      }
    } catch (ApiException invalid) {
      ingest.room().release(bytes.length);
      end = invalid;
    }
  }

  private Parsed parsed(byte[] bytes) {
    ReportedMessage message;
    try {
      message = ReportedMessage.parse(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw ApiErrors.invalidRequest("", "bytes that are no message (" + e.getMessage() + ")");
    }
    boolean opens = sequence == null;
    Session named = message.session();
    Opening.outcomes(message.count(), 0);
    boolean hasSession = opens ? named != null : opened != null;
    long first = Opening.first(message.firstSequence(), message.count(), hasSession, opens);
    long stated = Opening.watermark(message, ingest.clock().millis());
    if (!opens && named != null && !isSame(named)) {
      throw ApiErrors.invalidRequest(
          "session",
          Refusal.shown(named.getSession()) + " (expected: that of the first message, or none)");
    }
    return new Parsed(message, first, stated, bytes.length);
  }

  private boolean isSame(Session other) {
    return session != null
        && session.getSession().equals(other.getSession())
        && session.getProducer().equals(other.getProducer());
  }

  private void open(Parsed parsed, boolean stopping) {
    Session stated = parsed.message().session();
    if (stated == null) {
      sequence = new StreamSequence(0);
      acks = new AckState(true);
      admit(parsed, false);
      return;
    }
    Claim claim = Opening.claim(stated, parsed.first(), ingest.clock().millis(), stream);
    if (stopping) {
      throw ApiErrors.shuttingDown();
    }
    session = stated;
    opening = parsed;
    ingest.sessions().claim(claim);
  }

  /** Takes what is new of a message; the first one says where its series begins even if empty. */
  private void admit(Parsed parsed, boolean opens) {
    StreamSequence series = requireNonNull(sequence, "sequence");
    int count = parsed.message().count();
    boolean isNumbered = opened != null && (count > 0 || opens);
    long first = isNumbered ? parsed.first() : series.expected();
    int seen = series.admit(first, count);
    if (seen == StreamSequence.GAP) {
      ingest.room().release(parsed.bytes());
      end = ApiErrors.sequenceGap(series.expected(), first);
      return;
    }
    ingest.meters().skipped(seen);
    // One that goes back is ignored.
    watermark = Math.max(watermark, parsed.watermark());
    judged = new JudgedMessage(parsed.message().outcomes(), first, seen, parsed.bytes());
  }

  /** Judges on; false: not to the end. */
  private boolean advance(Judge judge, JudgedMessage message) {
    if (!message.advance(judge, ingest.clock(), ingest.meters(), acks::refused)) {
      ingest.pool().signalLater(stream, JudgedMessage.LOOK_AGAIN);
      return false;
    }
    judged = null;
    if (message.isNew()) {
      long held = ingest.held(message);
      uncommitted.add(message.last(), held);
      ingest.flush(new PendingLog(message.log(), stream, opened, message.last(), held, watermark));
    } else {
      ingest.room().release(message.bytes());
      ingest.flush(PendingLog.ofWatermark(stream, watermark));
      acks.repeat();
    }
    return true;
  }

  /** Everything up to a sequence is durable. */
  void committed(long sequence) {
    acks.committed(sequence);
    uncommitted.committed(sequence);
  }

  /** What the producer has to be told. */
  AckState acks() {
    return acks;
  }

  /** Whose series it is; the default: nobody has said it yet. */
  Session session() {
    return session == null ? Session.getDefaultInstance() : session;
  }

  /** Why nothing more is taken; null: more is. */
  @Nullable ApiException end() {
    return end;
  }

  /** Whether another message may be asked for. */
  boolean isOpen() {
    return end == null && sequence != null && !acks.isFull();
  }

  /** Bytes that were handed over and are not durable. */
  long uncommittedBytes() {
    return uncommitted.bytes();
  }

  /** Whether nothing waits: no claim, no snapshot, no commit. */
  boolean isSettled() {
    return judged == null && opening == null && uncommitted.isEmpty();
  }

  /** Gives up what was not handed over. */
  void abandon() {
    if (judged != null) {
      ingest.room().release(judged.bytes());
      judged = null;
    }
    if (opening != null) {
      ingest.room().release(opening.bytes());
      opening = null;
    }
  }

  /** Gives the session back, once. */
  void release() {
    OpenSession given = opened;
    opened = null;
    if (given != null) {
      ingest.sessions().release(given);
    }
    ingest.aggregator().forget(stream);
    if (watermark != Reporter.NO_WATERMARK) {
      // One may stand in line that nobody has noted yet: it must not be the last word.
      ingest.flush(PendingLog.ofWatermark(stream, PendingLog.GONE));
    }
  }
}
