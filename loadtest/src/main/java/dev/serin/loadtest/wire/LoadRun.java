package dev.serin.loadtest.wire;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One run over open connections. Everything happens on the one event loop they share, except {@link
 * #result}.
 */
abstract class LoadRun implements WireConnection.Listener {

  /** How long answers are waited for after the last call was started. */
  static final Duration DRAIN = Duration.ofSeconds(10);

  /** Latencies are kept to three digits; a microsecond is the transport's own noise. */
  private static final int DIGITS = 3;

  private final EventLoop loop;
  private final List<WireConnection> connections;
  private final int messages;
  private final Bound bound;
  private final CompletableFuture<LoadResult> result = new CompletableFuture<>();
  private final Histogram latency = new Histogram(DIGITS);
  private final Map<CallEnd, Long> failures = new EnumMap<>(CallEnd.class);
  private final List<Future<?>> timers = new ArrayList<>();
  private long succeeded;
  private long started;
  private long ended;
  private long startNanos;
  private int nextMessage;

  LoadRun(EventLoop loop, List<WireConnection> connections, int messages, Bound bound) {
    this.loop = loop;
    this.connections = connections;
    this.messages = messages;
    this.bound = bound;
  }

  /** Begins; to be called once, on any thread. */
  CompletableFuture<LoadResult> begin() {
    loop.execute(
        () -> {
          startNanos = System.nanoTime();
          connections.forEach(connection -> connection.listen(this));
          later(this::stopStarting, bound.time().toNanos());
          guarded(this::start);
        });
    return result;
  }

  /** Starts the first calls. */
  abstract void start();

  /** A connection can take calls. */
  @Override
  public abstract void onCapacity(WireConnection connection);

  @Override
  public final void onEnd(WireConnection connection, long callStartNanos, CallEnd end) {
    ended++;
    if (end == CallEnd.OK) {
      succeeded++;
      latency.recordValue(Math.max(0, System.nanoTime() - callStartNanos));
    } else {
      failures.merge(end, 1L, Long::sum);
    }
    if (mayStart()) {
      onCapacity(connection);
    }
    finishIfDone();
  }

  @Override
  public final void onClosed(WireConnection connection) {
    if (connections.stream().noneMatch(WireConnection::isOpen)) {
      finish();
    } else {
      finishIfDone();
    }
  }

  final boolean mayStart() {
    return started < bound.calls()
        && System.nanoTime() - startNanos < bound.time().toNanos()
        && !result.isDone();
  }

  /** Starts a call where the connection takes one, with the next message in turn. */
  final boolean startOn(WireConnection connection, long callStartNanos) {
    if (!connection.start(nextMessage, callStartNanos)) {
      return false;
    }
    started++;
    nextMessage = nextMessage + 1 == messages ? 0 : nextMessage + 1;
    return true;
  }

  final List<WireConnection> connections() {
    return connections;
  }

  /** Does it after so many nanoseconds, unless the run has finished. */
  final void later(Runnable action, long nanos) {
    timers.removeIf(Future::isDone);
    timers.add(loop.schedule(() -> guarded(action), nanos, TimeUnit.NANOSECONDS));
  }

  final long startNanos() {
    return startNanos;
  }

  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void stopStarting() {
    finishIfDone();
    later(this::finish, DRAIN.toNanos());
  }

  private void finishIfDone() {
    if (ended == started && !mayStart()) {
      finish();
    }
  }

  private void finish() {
    if (result.isDone()) {
      return;
    }
    connections.forEach(connection -> connection.listen(null));
    timers.forEach(timer -> timer.cancel(false));
    result.complete(
        new LoadResult(
            started,
            succeeded,
            failures,
            latency,
            Duration.ofNanos(System.nanoTime() - startNanos)));
  }
}
