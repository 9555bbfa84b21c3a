package dev.serin.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel to the servers, and whether they answer. Safe for many threads.
 *
 * <p>gRPC waits longer and longer between attempts, up to minutes, while a server is away. Callers
 * who keep asking want it back sooner: a failed call asks for a new attempt, at most once per
 * {@link #RETRY_NANOS}.
 */
final class Connection implements AutoCloseable {
  /** How often a failing channel is told to try again: a second of defaults after an outage. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger logger = LoggerFactory.getLogger(SerinClient.class);

  private final String target;
  private final ManagedChannel channel;
  private final Duration drain;
  private final LongSupplier nanoTime;
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong lastAttemptNanos;

  Connection(String target, ManagedChannel channel, Duration drain, LongSupplier nanoTime) {
    this.target = target;
    this.channel = channel;
    this.drain = drain;
    this.nanoTime = nanoTime;
    this.lastAttemptNanos = new AtomicLong(nanoTime.getAsLong());
    // Connects now: the first caller should not pay for it.
    channel.getState(true);
  }

  String target() {
    return target;
  }

  ManagedChannel channel() {
    return channel;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** A call was answered, be it by a refusal. */
  void answered() {
    if (away.get() && away.compareAndSet(true, false)) {
      logger.info("Serin answers again: {}", target);
    }
  }

  /** A call found no server. */
  void missed(EvaluationError error) {
    if (!closed.get() && away.compareAndSet(false, true)) {
      logger.warn("Serin does not answer, callers get their defaults: {}", error.message());
    }
    long now = nanoTime.getAsLong();
    long last = lastAttemptNanos.get();
    if (now - last >= RETRY_NANOS && lastAttemptNanos.compareAndSet(last, now)) {
      channel.resetConnectBackoff();
    }
  }

  /** Waits until a server is connected; false: none was within the timeout. */
  boolean await(Duration timeout) throws InterruptedException {
    long until = nanoTime.getAsLong() + timeout.toNanos();
    while (true) {
      ConnectivityState state = channel.getState(true);
      if (state == ConnectivityState.READY) {
        return true;
      }
      long left = until - nanoTime.getAsLong();
      if (state == ConnectivityState.SHUTDOWN || left <= 0) {
        return false;
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      if (!changed.await(Math.min(left, RETRY_NANOS), TimeUnit.NANOSECONDS)) {
        channel.resetConnectBackoff();
      }
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    channel.shutdown();
    try {
      if (!channel.awaitTermination(drain.toNanos(), TimeUnit.NANOSECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
