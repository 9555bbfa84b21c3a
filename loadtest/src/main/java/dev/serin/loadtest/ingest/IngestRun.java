package dev.serin.loadtest.ingest;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Streams that report to a server, in a closed or an open loop. */
final class IngestRun implements AutoCloseable {
  private static final int STREAMS_PER_CONNECTION = 25;
  private static final long OPEN_SECONDS = 30;

  /** Bytes that wait for acknowledgements, of all streams together, so that no window bounds. */
  private static final long WAITING_BYTES = 24L << 20;

  private static final int OUTCOME_BYTES = 200;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<IngestStream> streams = new ArrayList<>();
  private final Recorder latencies = new Recorder(3);
  private final OutcomeBatches batches;

  /**
   * Opens streams.
   *
   * @param waitingMax outcomes of a stream that may wait for their acknowledgement
   */
  IngestRun(InetSocketAddress server, int count, OutcomeBatches batches, long waitingMax)
      throws IOException {
    this.batches = batches;
    for (int i = 0; i < count; i++) {
      if (i % STREAMS_PER_CONNECTION == 0) {
        channels.add(
            NettyChannelBuilder.forAddress(server).usePlaintext().directExecutor().build());
      }
      streams.add(
          new IngestStream(channels.get(channels.size() - 1), batches, waitingMax, latencies));
    }
    try {
      for (IngestStream stream : streams) {
        stream.opened().get(OPEN_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IOException("streams are not opened", e);
    }
  }

  /** How many outcomes of a stream may wait, where there are so many streams. */
  static long window(int streams) {
    return WAITING_BYTES / OUTCOME_BYTES / streams;
  }

  /** Sends as much as is acknowledged; returns how many outcomes a second that is. */
  double saturation(Duration warmUp, Duration time) throws IOException {
    saturate();
    rest(warmUp);
    long before = acknowledged();
    long begin = System.nanoTime();
    rest(time);
    double perSecond = (acknowledged() - before) / ((System.nanoTime() - begin) / 1e9);
    stop();
    rest(Duration.ofSeconds(2));
    return perSecond;
  }

  static void rest(Duration time) throws IOException {
    try {
      boolean never = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
      assert !never;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Sends as much as is acknowledged, from now on. */
  void saturate() {
    streams.forEach(IngestStream::start);
  }

  /** Sends no more by itself. */
  void stop() {
    streams.forEach(IngestStream::stop);
  }

  /** Sends so many outcomes a second for a while, the streams in turn. */
  void pace(double outcomesPerSecond, Duration time) {
    double gapNanos = batches.size() * 1e9 / outcomesPerSecond;
    long begin = System.nanoTime();
    for (long sent = 0; ; sent++) {
      long due = begin + (long) (sent * gapNanos);
      if (due - begin > time.toNanos()) {
        return;
      }
      long wait = due - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      streams.get((int) (sent % streams.size())).send(due);
    }
  }

  /** Outcomes that were acknowledged so far. */
  long acknowledged() {
    return streams.stream().mapToLong(IngestStream::committed).sum();
  }

  long refused() {
    return streams.stream().mapToLong(IngestStream::refused).sum();
  }

  /** From when a message was due to its acknowledgement, in nanoseconds, since this was asked. */
  Histogram latencies() {
    return latencies.getIntervalHistogram();
  }

  /** Waits for all acknowledgements and ends the streams. */
  void finish() throws IOException {
    stop();
    for (IngestStream stream : streams) {
      Status status = stream.end();
      if (!status.isOk()) {
        throw new IOException("stream ended: " + status + " (expected: OK)");
      }
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
