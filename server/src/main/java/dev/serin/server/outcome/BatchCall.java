package dev.serin.server.outcome;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import dev.serin.server.outcome.ledger.Claim;
import dev.serin.server.outcome.ledger.Claimant;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.ReportOutcomeBatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One batch: claims its session where it has one, is judged, and is answered when it is durable. No
 * thread waits for that: whatever happens is noted and signalled, and a worker goes on.
 */
final class BatchCall extends IngestTask implements Claimant, Reporter {
  private final Ingest ingest;
  private final ReportedMessage request;
  private final long bytes;
  private final ServerCallStreamObserver<ReportOutcomeBatchResponse> observer;
  private final Consumer<BatchCall> end;
  private final long first;
  private final long watermark;

  // Noted by others.
  private volatile @Nullable OpenSession given;
  private volatile @Nullable ApiException refusal;
  private volatile boolean fenced;
  private volatile boolean dropped;
  private volatile long durable;

  // Of the worker.
  private final List<OutcomeRefusal> refusals = new ArrayList<>();
  private long refusedTotal;
  private @Nullable JudgedMessage judged;
  private boolean handedOver;
  private boolean over;

  /**
   * A batch.
   *
   * @param bytes what it holds of the room
   * @param first sequence of its first outcome, checked
   * @param watermark see {@link PendingLog}
   * @param end is told, once, that it was answered
   */
  BatchCall(
      Ingest ingest,
      ReportedMessage request,
      long bytes,
      long first,
      long watermark,
      ServerCallStreamObserver<ReportOutcomeBatchResponse> observer,
      Consumer<BatchCall> end) {
    this.ingest = ingest;
    this.request = request;
    this.bytes = bytes;
    this.first = first;
    this.watermark = watermark;
    this.observer = observer;
    this.end = end;
  }

  /**
   * Begins.
   *
   * @param claim of its session; null: it has none
   */
  void begin(@Nullable Claim claim) {
    if (claim == null) {
      judged = message(0);
      signal();
    } else {
      ingest.sessions().claim(claim);
    }
  }

  private JudgedMessage message(int seen) {
    return new JudgedMessage(request.outcomes(), first, seen, bytes);
  }

  private void signal() {
    ingest.pool().signal(this);
  }

  @Override
  public void claimed(OpenSession session, long committed) {
    durable = committed;
    given = session;
    signal();
  }

  @Override
  public void refused(ApiException reason) {
    refusal = reason;
    signal();
  }

  @Override
  public void fenced() {
    fenced = true;
    signal();
  }

  @Override
  public boolean isFenced() {
    return fenced;
  }

  @Override
  public void committed(long sequence) {
    durable = sequence;
    signal();
  }

  @Override
  public void dropped() {
    dropped = true;
    signal();
  }

  @Override
  void run(Judge judge) {
    if (over || isGivenUp()) {
      leave();
      return;
    }
    ApiException reason = reason();
    if (reason == null) {
      reason = goOn(judge);
    }
    if (reason != null) {
      ingest.meters().ended(reason.reason());
      observer.onError(ErrorStatus.of(reason));
      leave();
    }
  }

  @Override
  void failed(RuntimeException fault) {
    if (!over) {
      observer.onError(fault);
    }
    leave();
  }

  /**
   * Whether its caller has gone before any of it was handed over: then nothing of it counts, and it
   * is not judged in vain. What was handed over counts.
   */
  private boolean isGivenUp() {
    return !handedOver && observer.isCancelled();
  }

  /** Why the call ends; null: nothing happened that ends it. */
  private @Nullable ApiException reason() {
    if (refusal != null) {
      return refusal;
    }
    if (fenced) {
      return ApiErrors.producerFenced(
          request.sessionOrDefault().getProducer(), request.sessionOrDefault().getSession());
    }
    return dropped ? ApiErrors.shuttingDown() : null;
  }

  private @Nullable ApiException goOn(Judge judge) {
    OpenSession session = given;
    if (session != null && judged == null && !handedOver) {
      StreamSequence sequence = new StreamSequence(durable);
      int seen = sequence.admit(first, request.count());
      if (seen == StreamSequence.GAP) {
        return ApiErrors.sequenceGap(sequence.expected(), first);
      }
      ingest.meters().skipped(seen);
      judged = message(seen);
    }
    JudgedMessage message = judged;
    if (message != null && !handedOver) {
      if (!message.advance(judge, ingest.clock(), ingest.meters(), this::refuse)) {
        ingest.pool().signalLater(this, JudgedMessage.LOOK_AGAIN);
        return null;
      }
      if (message.isNew()) {
        handedOver = true;
        ingest.flush(
            new PendingLog(
                message.log(), this, session, message.last(), ingest.held(message), watermark));
      }
    }
    if (message != null && durable >= message.last()) {
      answer();
    }
    return null;
  }

  private void refuse(OutcomeRefusal refused) {
    refusedTotal++;
    if (refusals.size() < AckState.REFUSALS_MAX) {
      refusals.add(refused);
    }
  }

  private void answer() {
    observer.onNext(
        ReportOutcomeBatchResponse.newBuilder()
            .setCommittedSequence(durable)
            .addAllRefusals(refusals)
            .setRefusedTotal(refusedTotal)
            .setAtLeastOnce(request.session() == null)
            .build());
    observer.onCompleted();
    leave();
  }

  private void leave() {
    if (!over) {
      over = true;
      if (!handedOver) {
        ingest.room().release(bytes);
      }
      end.accept(this);
    }
    OpenSession session = given;
    if (session != null) {
      given = null;
      ingest.sessions().release(session);
    }
    ingest.aggregator().forget(this);
  }
}
