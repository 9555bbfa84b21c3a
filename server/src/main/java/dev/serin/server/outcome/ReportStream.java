package dev.serin.server.outcome;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ErrorStatus;
import dev.serin.server.outcome.ledger.Claimant;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.v1.ReportOutcomeResponse;
import dev.serin.v1.Session;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream of outcomes. Event loop, ledger and aggregator only note what happened and signal it;
 * a worker, one at a time, makes of it what is judged, asked for, answered and ended.
 *
 * <p>It ends when all that it took is durable: after the last message, a message that is refused
 * whole, or when the server stops. Whoever is fenced, or whose replica was retired, hears it at
 * once.
 */
final class ReportStream extends IngestTask implements Claimant, Reporter {
  /** Messages that are asked for and not judged. */
  private static final int AHEAD_MAX = 2;

  /** Bytes that are received and not judged, above which no more is asked for. */
  private static final long INBOX_BYTES_MAX = OutcomeLimits.MESSAGE_BYTES_MAX;

  /** Bytes that are received and not durable, above which no more is asked for. */
  private static final long UNCOMMITTED_BYTES_MAX = IngestRoom.BYTES_MAX / 8;

  /** No large message is arriving. */
  private static final long NONE = 0;

  private final Ingest ingest;
  private final ServerCall<ReceivedMessage, ReportOutcomeResponse> call;
  private final StreamEnd end;

  // Noted by others.
  private final ConcurrentLinkedQueue<ReceivedMessage> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicLong inboxBytes = new AtomicLong();
  private volatile boolean halfClosed;
  private volatile boolean cancelled;
  private volatile boolean tooLarge;
  private volatile @Nullable ApiException endAtOnce;
  private volatile long largeNumber = NONE;
  private volatile boolean stopping;
  private volatile boolean fenced;
  private volatile boolean dropped;
  private volatile long durable;
  private volatile @Nullable Answer claimAnswer;

  /** Large messages that began to arrive; of the event loop. */
  private long largeCount;

  /** The large message that was arriving at the last look; of whoever looks. */
  private long largeSeen = NONE;

  // Of the worker.
  private final StreamIntake intake;
  private int ahead = 1;
  private boolean headersSent;
  private boolean unread;
  private boolean closed;

  /** The ledger's answer to the claim: a session, or why there is none. */
  private sealed interface Answer {
    record Given(OpenSession session, long committed) implements Answer {}

    record Refused(ApiException reason) implements Answer {}
  }

  /** Is told, once, how the stream ended. */
  @FunctionalInterface
  interface StreamEnd {
    /**
     * The call is over.
     *
     * @param reason why it was ended; null: it ended well, or its caller ended it
     */
    void ended(ReportStream stream, Status.Code code, @Nullable ApiException reason);
  }

  /** A stream that has asked for its first message. */
  ReportStream(
      Ingest ingest, ServerCall<ReceivedMessage, ReportOutcomeResponse> call, StreamEnd end) {
    this.ingest = ingest;
    this.call = call;
    this.end = end;
    this.intake = new StreamIntake(ingest, this);
  }

  /** A message has arrived; called by the event loop. */
  void received(ReceivedMessage message) {
    if (message.isTooLarge() || tooLarge) {
      tooLarge = true;
    } else {
      ingest.room().take(message.bytes().length);
      inboxBytes.addAndGet(message.bytes().length);
      inbox.add(message);
    }
    signal();
  }

  /** A large message is arriving; called by the event loop. */
  void largeBegins() {
    largeNumber = ++largeCount;
  }

  /** It has arrived, or never will; called by the event loop. */
  void largeEnds() {
    largeNumber = NONE;
  }

  /** Ends the call where the same large message is arriving as when this was last called. */
  void endUnfinished() {
    long arriving = largeNumber;
    if (arriving != NONE && arriving == largeSeen) {
      long seconds = OutcomeLimits.ARRIVING_MAX.toSeconds();
      endAtOnce(
          ApiErrors.invalidRequest(
              "", "message: not complete after " + seconds + " s (expected: sooner)"));
    }
    largeSeen = arriving;
  }

  /**
   * A message that is larger than allowed is arriving. Its call ends when what came before is
   * durable; but gRPC, whose own limit is that of the largest method, reads on what it was asked
   * for, so that this is waited for no longer than while it stays small.
   */
  void tooLarge(long arrivedBytes) {
    if (arrivedBytes > UNCOMMITTED_BYTES_MAX) {
      endAtOnce(messageTooLarge());
    } else if (!tooLarge) {
      tooLarge = true;
      signal();
    }
  }

  /** Ends the call without waiting for anything to become durable, which goes on by itself. */
  void endAtOnce(ApiException reason) {
    if (endAtOnce == null) {
      endAtOnce = reason;
      signal();
    }
  }

  private static ApiException messageTooLarge() {
    String limit = OutcomeLimits.MESSAGE_BYTES_MAX + " bytes";
    return ApiErrors.requestTooLarge("message", "more than " + limit, limit);
  }

  void halfClosed() {
    halfClosed = true;
    signal();
  }

  void cancelled() {
    cancelled = true;
    signal();
  }

  /** The server stops: what has arrived is still taken, nothing more is asked for. */
  void stop() {
    stopping = true;
    signal();
  }

  /** Something may have changed that it waits for. */
  void signal() {
    ingest.pool().signal(this);
  }

  @Override
  public void claimed(OpenSession session, long committed) {
    claimAnswer = new Answer.Given(session, committed);
    signal();
  }

  @Override
  public void refused(ApiException reason) {
    claimAnswer = new Answer.Refused(reason);
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
    Answer answer = claimAnswer;
    if (answer != null) {
      claimAnswer = null;
      take(answer);
    }
    intake.committed(durable);
    if (!closed) {
      endWithoutWaiting();
    }
    if (!closed) {
      intake.take(judge, this::nextMessage, stopping);
      if (call.isReady()) {
        acknowledge();
      }
      endWhenDurable();
    }
    meterUnread(!closed && intake.acks().isDue());
    if (closed) {
      leave();
    } else {
      askForMore();
    }
  }

  @Override
  void failed(RuntimeException fault) {
    close(ErrorInterceptor.listed(fault, call.getMethodDescriptor().getFullMethodName()), null);
    leave();
  }

  private void take(Answer answer) {
    switch (answer) {
      case Answer.Refused refused -> close(refused.reason());
      case Answer.Given given -> intake.claimed(given.session(), given.committed());
    }
  }

  /** Ends what has nothing to wait for. */
  private void endWithoutWaiting() {
    ApiException reason = endAtOnce;
    if (cancelled) {
      ended(Status.Code.CANCELLED, null);
    } else if (fenced) {
      Session session = intake.session();
      close(ApiErrors.producerFenced(session.getProducer(), session.getSession()));
    } else if (dropped) {
      close(ApiErrors.shuttingDown());
    } else if (reason != null) {
      close(reason);
    }
  }

  private @Nullable ReceivedMessage nextMessage() {
    ReceivedMessage message = inbox.poll();
    if (message != null) {
      inboxBytes.addAndGet(-message.bytes().length);
      ahead--;
    }
    return message;
  }

  private void acknowledge() {
    ReportOutcomeResponse message = intake.acks().next();
    if (message != null) {
      sendHeaders();
      call.sendMessage(message);
    }
  }

  /** Shows whether there is something to tell that the client makes no room for. */
  private void meterUnread(boolean now) {
    if (now != unread) {
      unread = now;
      ingest.meters().unread(now ? 1 : -1);
    }
  }

  private void sendHeaders() {
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
  }

  /** Ends a stream that takes nothing more, once all it took is durable, and says so first. */
  private void endWhenDurable() {
    // Looked at before the inbox: what comes before them is in it when they are set.
    boolean isLast = halfClosed;
    boolean isTooLarge = tooLarge;
    ApiException reason = intake.end();
    if (!intake.isSettled() || (reason == null && !inbox.isEmpty())) {
      return;
    }
    if (reason == null && isTooLarge) {
      reason = messageTooLarge();
    }
    if (reason == null && !isLast && stopping) {
      reason = ApiErrors.shuttingDown();
    }
    if (reason != null) {
      acknowledge();
      close(reason);
    } else if (isLast) {
      acknowledge();
      sendHeaders();
      ended(Status.Code.OK, null);
      call.close(Status.OK, new Metadata());
    }
  }

  private void close(ApiException reason) {
    close(ErrorStatus.of(reason), reason);
  }

  private void close(StatusRuntimeException error, @Nullable ApiException reason) {
    if (!closed) {
      Metadata trailers = error.getTrailers();
      ended(error.getStatus().getCode(), reason);
      call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }

  /** Before its caller hears of it: who opens another stream then finds the place of this one. */
  private void ended(Status.Code code, @Nullable ApiException reason) {
    closed = true;
    meterUnread(false);
    end.ended(this, code, reason);
  }

  private void askForMore() {
    while (ahead < AHEAD_MAX
        && !halfClosed
        && !stopping
        && !tooLarge
        && intake.isOpen()
        && inboxBytes.get() < INBOX_BYTES_MAX
        && intake.uncommittedBytes() + inboxBytes.get() < UNCOMMITTED_BYTES_MAX
        && ingest.room().isOpenFor(this)) {
      ahead++;
      call.request(1);
    }
  }

  /** Gives back what a stream that is over holds, the session once nothing of it waits. */
  private void leave() {
    for (ReceivedMessage left = nextMessage(); left != null; left = nextMessage()) {
      ingest.room().release(left.bytes().length);
    }
    intake.abandon();
    if (fenced || dropped || intake.isSettled()) {
      intake.release();
    }
  }
}
