package dev.serin.client.outcome;

import com.google.rpc.Code;
import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.RefusalReason;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import dev.serin.v1.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server's OutcomeService over a {@link TestLedger}: it counts by the rules of docs/outcomes.md
 * and does to each message what a test says.
 */
final class CountingService extends OutcomeServiceGrpc.OutcomeServiceImplBase {
  /** What becomes of a message. */
  enum Fate {
    /** Counted and acknowledged. */
    COUNT,
    /** Accepted; counted by a later flush, or never. */
    HOLD,
    /** Counted, but the stream is cut before the acknowledgement. */
    COUNT_AND_CUT,
    /** The stream is cut; what was accepted is flushed later if nobody claims the session first. */
    CUT,
    /** Cut before it was looked at. */
    CUT_UNREAD,
    /** Counted and acknowledged twice, then once more with an old number. */
    ANSWER_TWICE,
    /** Never answered, as by a server that is frozen. */
    IGNORE
  }

  /** Metric whose outcomes are refused. */
  static final String REFUSED = "nobody-declared-this";

  /** Metric whose outcomes are counted for display only. */
  static final String DISPLAYED = "display";

  final List<ReportOutcomeRequest> messages = new CopyOnWriteArrayList<>();
  volatile Function<ReportOutcomeRequest, Fate> fates = message -> Fate.COUNT;

  /** What openings are refused with; null: none is. */
  volatile @Nullable StatusRuntimeException refuses;

  private final TestLedger ledger;

  /**
   * Streams are added without this service's lock: a call begins under that of its transport, which
   * is asked for under this one where a stream is ended.
   */
  private final List<Stream> streams = new CopyOnWriteArrayList<>();

  CountingService(TestLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public StreamObserver<ReportOutcomeRequest> reportOutcome(
      StreamObserver<ReportOutcomeResponse> answers) {
    Stream stream = new Stream(answers);
    streams.add(stream);
    return stream;
  }

  /** Counts and acknowledges what streams hold, those that were cut too. */
  synchronized void flush() {
    List.copyOf(streams).forEach(Stream::flush);
  }

  /** Ends all streams and forgets what they hold: killed. */
  synchronized void kill() {
    List<Stream> open = List.copyOf(streams);
    open.forEach(Stream::kill);
    // Not those that were opened meanwhile.
    streams.removeAll(open);
  }

  private final class Stream implements StreamObserver<ReportOutcomeRequest> {
    private final StreamObserver<ReportOutcomeResponse> answers;
    private final List<String> held = new ArrayList<>();
    private final List<OutcomeRefusal> refusals = new ArrayList<>();
    private @Nullable Session session;
    private long epoch;
    private long accepted;
    private long committed;
    private long refusedTotal;
    private long told;
    private boolean over;

    Stream(StreamObserver<ReportOutcomeResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(ReportOutcomeRequest message) {
      synchronized (CountingService.this) {
        if (over) {
          return;
        }
        messages.add(message);
        try {
          Fate fate = fates.apply(message);
          if (fate == Fate.IGNORE) {
            return;
          }
          if (fate == Fate.CUT_UNREAD) {
            fail(Status.UNAVAILABLE.asRuntimeException());
            return;
          }
          if (session == null) {
            open(message);
          } else {
            accept(message);
          }
          finish(fate);
        } catch (StatusRuntimeException refused) {
          flush();
          fail(refused);
        }
      }
    }

    private void open(ReportOutcomeRequest message) {
      StatusRuntimeException refused = refuses;
      if (refused != null) {
        throw refused;
      }
      Session opened = message.getSession();
      if (!UUID.fromString(opened.getSession()).toString().equals(opened.getSession())
          || opened.getProducer().isEmpty()
          || opened.getAttempt() == 0
          || message.getOutcomesCount() > 0) {
        throw TestLedger.refusal(Code.INVALID_ARGUMENT, "INVALID_REQUEST", Map.of());
      }
      TestLedger.Claimed claimed = ledger.claim(opened, message.getFirstSequence());
      session = opened;
      epoch = claimed.epoch();
      accepted = claimed.committed();
      committed = claimed.committed();
    }

    private void accept(ReportOutcomeRequest message) {
      if (message.getSerializedSize() > 1 << 20 || message.getOutcomesCount() > 10_000) {
        throw TestLedger.refusal(Code.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", Map.of());
      }
      if (message.getOutcomesCount() > 0 && message.getFirstSequence() > accepted + 1) {
        throw TestLedger.gap(accepted + 1);
      }
      long sequence = message.getFirstSequence();
      for (dev.serin.v1.Outcome outcome : message.getOutcomesList()) {
        if (sequence++ > accepted) {
          accepted++;
          judge(outcome);
        }
      }
    }

    private void judge(dev.serin.v1.Outcome outcome) {
      held.add(outcome.getUnitKey());
      boolean refused = outcome.containsValues(REFUSED);
      told += refused ? 0 : outcome.getDropped();
      if (refused || outcome.containsValues(DISPLAYED)) {
        refusedTotal += refused ? 1 : 0;
        refusals.add(
            OutcomeRefusal.newBuilder()
                .setSequence(accepted)
                .setReason(
                    refused
                        ? RefusalReason.REFUSAL_REASON_UNKNOWN_METRIC
                        : RefusalReason.REFUSAL_REASON_TOKEN_REQUIRED_FOR_EVIDENCE)
                .setDescription("of " + outcome.getUnitKey())
                .setDisplayed(!refused)
                .build());
      }
    }

    private void finish(Fate fate) {
      switch (fate) {
        case COUNT -> flushAndAnswer();
        case ANSWER_TWICE -> {
          long before = committed;
          flushAndAnswer();
          answer(committed);
          answer(before);
        }
        case COUNT_AND_CUT -> {
          commit();
          fail(Status.UNAVAILABLE.asRuntimeException());
        }
        case CUT -> fail(Status.UNAVAILABLE.asRuntimeException());
        case HOLD -> {
          if (committed == accepted) {
            // An opening, or nothing new: there is no flush to wait for.
            answer(committed);
          }
        }
        case CUT_UNREAD, IGNORE -> throw new AssertionError(fate);
      }
    }

    private void flush() {
      if (accepted > committed) {
        flushAndAnswer();
      }
    }

    private void flushAndAnswer() {
      if (commit()) {
        answer(committed);
      } else {
        fail(TestLedger.refusal(Code.FAILED_PRECONDITION, "PRODUCER_FENCED", Map.of()));
      }
    }

    private boolean commit() {
      if (accepted > committed) {
        if (session == null || !ledger.commit(session, epoch, accepted, held, told)) {
          streams.remove(this);
          return false;
        }
        committed = accepted;
        held.clear();
        told = 0;
      }
      return true;
    }

    private void answer(long sequence) {
      if (!over) {
        answers.onNext(
            ReportOutcomeResponse.newBuilder()
                .setOpened(true)
                .setCommittedSequence(sequence)
                .addAllRefusals(refusals)
                .setRefusedTotal(refusedTotal)
                .build());
        refusals.clear();
      }
    }

    private void fail(RuntimeException failure) {
      if (!over) {
        over = true;
        answers.onError(failure);
      }
    }

    private void kill() {
      held.clear();
      told = 0;
      accepted = committed;
      fail(Status.UNAVAILABLE.asRuntimeException());
    }

    @Override
    public void onError(Throwable cut) {
      synchronized (CountingService.this) {
        over = true;
      }
    }

    @Override
    public void onCompleted() {
      synchronized (CountingService.this) {
        if (!over) {
          flush();
        }
        if (!over) {
          over = true;
          answers.onCompleted();
        }
      }
    }
  }
}
