package dev.serin.server.report;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.server.outcome.CommittedRecords;
import dev.serin.v1.ExportDecisionsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One reader of an export. Whoever flushes leaves records in its line, the event loop notes that it
 * is ready or gone; all is sent by the export's thread, a message at a time, so that readers take
 * turns. A reader whose line is full is followed no more and ended.
 */
final class ExportReader implements CommittedFeed.Follower {
  private final ExportLine line;
  private final CommittedFeed feed;
  private final ServerCallStreamObserver<ExportDecisionsResponse> observer;
  private final Executor thread;
  private final LongConsumer lost;
  private final Consumer<ExportReader> gone;

  /** Whether it stands in line for the thread. */
  private final AtomicBoolean due = new AtomicBoolean();

  // Noted by others.
  private volatile boolean tooSlow;
  private volatile boolean stopping;
  private volatile boolean abandoned;
  private volatile boolean callOver;

  // Of the export's thread.
  private boolean begun;
  private boolean ended;
  private boolean isGone;

  /** Whether nobody has to wait for the call's end; the last that is written of it. */
  private volatile boolean isOver;

  /**
   * A reader that follows nothing yet; made while the call is begun, which takes handlers only
   * then.
   *
   * @param thread runs one task at a time
   * @param lost is told of records that the reader was not sent when it was ended
   * @param gone is told, once, that the call is over and nothing of it is held any more
   */
  ExportReader(
      ExportLine line,
      CommittedFeed feed,
      ServerCallStreamObserver<ExportDecisionsResponse> observer,
      Executor thread,
      LongConsumer lost,
      Consumer<ExportReader> gone) {
    this.line = line;
    this.feed = feed;
    this.observer = observer;
    this.thread = thread;
    this.lost = lost;
    this.gone = gone;
    observer.setOnReadyHandler(this::signal);
    observer.setOnCancelHandler(this::over);
    observer.setOnCloseHandler(this::over);
  }

  /** Begins to follow. */
  void begin() {
    feed.follow(this);
    // Looked at afterwards: whoever ended it already has not seen that it follows.
    if (isOver) {
      feed.unfollow(this);
    }
    signal();
  }

  @Override
  public void committed(List<? extends CommittedRecords> flush) {
    try {
      if (!line.add(flush)) {
        feed.unfollow(this);
        tooSlow = true;
      }
    } catch (RuntimeException fault) {
      // With a gap it would be no export.
      abandoned = true;
      throw fault;
    } finally {
      signal();
    }
  }

  /** Nothing more will be committed: the call ends when all that was is sent. */
  void stop() {
    stopping = true;
    signal();
  }

  /** Ends the call, whatever waits. */
  void abandon() {
    abandoned = true;
    signal();
  }

  /** Whether the call was ended; whoever reads may not have heard it yet. */
  boolean isOver() {
    return isOver;
  }

  private void over() {
    callOver = true;
    signal();
  }

  private void signal() {
    if (due.compareAndSet(false, true)) {
      try {
        thread.execute(this::turn);
      } catch (RejectedExecutionException stopped) {
        // The server ends: all calls have ended, or are cut.
        feed.unfollow(this);
      }
    }
  }

  private void turn() {
    due.set(false);
    try {
      if (callOver) {
        leave();
      } else if (ended) {
        // Of a flush that it was told of meanwhile.
        line.clear();
      } else {
        send();
      }
    } catch (RuntimeException fault) {
      end(fault);
    }
  }

  /** The call is over, and nothing of it is held by the transport any more. */
  private void leave() {
    isOver = true;
    feed.unfollow(this);
    line.clear();
    if (!isGone) {
      isGone = true;
      gone.accept(this);
    }
  }

  private void send() {
    if (!begun) {
      begun = true;
      // Says that from now on nothing is missed.
      observer.onNext(ExportDecisionsResponse.getDefaultInstance());
    }
    // Asked before the count: what filled the line is in it.
    boolean isTooSlow = tooSlow;
    long left = line.left();
    if (isTooSlow) {
      end(left, ApiErrors.exportTooSlow(left));
    } else if (abandoned || (stopping && left == 0)) {
      end(left, ApiErrors.exportStopped(left));
    } else if (observer.isReady()) {
      ExportDecisionsResponse message = line.take();
      if (message.getDecisionsCount() > 0) {
        observer.onNext(message);
        signal();
      }
    }
  }

  private void end(long left, ApiException reason) {
    lost.accept(left);
    end(ErrorStatus.of(reason));
  }

  private void end(RuntimeException reason) {
    ended = true;
    feed.unfollow(this);
    line.clear();
    observer.onError(reason);
    isOver = true;
    // Once more, for one that is ended before it follows.
    feed.unfollow(this);
  }
}
