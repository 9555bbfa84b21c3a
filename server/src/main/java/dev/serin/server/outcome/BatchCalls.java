package dev.serin.server.outcome;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.outcome.ledger.Claim;
import dev.serin.v1.OutcomeServiceGrpc.OutcomeServiceImplBase;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeBatchResponse;
import dev.serin.v1.Session;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * OutcomeService where it is generated: batches. Streams are served by {@link ReportStreams} in its
 * place.
 */
final class BatchCalls extends OutcomeServiceImplBase {
  private final Ingest ingest;
  private final Set<BatchCall> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  BatchCalls(Ingest ingest) {
    this.ingest = ingest;
  }

  /** How many batches are open. */
  int size() {
    return open.size();
  }

  /** Takes no new batches. */
  void stop() {
    stopping = true;
  }

  /** Ends what is open without waiting for anything to become durable. */
  void abandon() {
    stopping = true;
    open.forEach(BatchCall::dropped);
  }

  /** Returns before the batch is answered; errors are thrown for the interceptors. */
  @Override
  public void reportOutcomeBatch(
      ReportOutcomeBatchRequest request, StreamObserver<ReportOutcomeBatchResponse> observer) {
    int bytes = request.getSerializedSize();
    if (bytes > OutcomeLimits.MESSAGE_BYTES_MAX) {
      throw ApiErrors.requestTooLarge(
          "request", bytes + " bytes", OutcomeLimits.MESSAGE_BYTES_MAX + " bytes");
    }
    ReportedMessage message = ReportedMessage.of(request);
    Session session = message.session();
    Opening.outcomes(message.count(), 1);
    long first = Opening.first(message.firstSequence(), message.count(), session != null, true);
    long nowMillis = ingest.clock().millis();
    long watermark = Opening.watermark(message, nowMillis);
    var call =
        new BatchCall(
            ingest,
            message,
            bytes,
            first,
            watermark,
            (ServerCallStreamObserver<ReportOutcomeBatchResponse>) observer,
            open::remove);
    Claim claim = session == null ? null : Opening.claim(session, first, nowMillis, call);
    if (!ingest.room().isOpen()) {
      throw ApiErrors.overloaded("outcomes", IngestRoom.BYTES_MAX, "bytes");
    }
    open.add(call);
    // Looked at after it was added: whoever stops the server sees the call, or the call sees it.
    if (stopping) {
      open.remove(call);
      throw ApiErrors.shuttingDown();
    }
    ingest.room().take(bytes);
    call.begin(claim);
  }
}
