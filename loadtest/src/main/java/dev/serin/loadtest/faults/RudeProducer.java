package dev.serin.loadtest.faults;

import com.google.common.util.concurrent.ListenableFuture;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.OutcomeServiceGrpc.OutcomeServiceFutureStub;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeBatchResponse;
import dev.serin.v1.Session;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A producer that repeats batches, sends them out of order, with gaps, and twice at the same time
 * over different connections. It lives to the end, so each of its outcomes is counted once.
 */
final class RudeProducer implements AutoCloseable {
  private static final int BATCH = 5;
  private static final long CALL_SECONDS = 5;
  private static final long END_SECONDS = 120;

  private final String name;
  private final String token;
  private final String session;
  private final SplittableRandom random;
  private final ManagedChannel[] channels;
  private final OutcomeServiceFutureStub[] stubs;
  private final Thread thread;
  private long attempt;
  private long committed;
  private volatile boolean ending;

  /** Begins to report. */
  RudeProducer(String name, String host, int port, String token, SplittableRandom random) {
    this.name = name;
    this.token = token;
    this.random = random;
    session = new UUID(random.nextLong(), random.nextLong()).toString();
    channels = new ManagedChannel[] {channel(host, port), channel(host, port)};
    stubs =
        new OutcomeServiceFutureStub[] {
          OutcomeServiceGrpc.newFutureStub(channels[0]),
          OutcomeServiceGrpc.newFutureStub(channels[1])
        };
    thread = Thread.ofPlatform().daemon().name("rude-producer").start(this::run);
  }

  private static ManagedChannel channel(String host, int port) {
    return NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
  }

  String name() {
    return name;
  }

  private void run() {
    while (!ending) {
      long next = committed + 1;
      switch (random.nextInt(6)) {
        case 0 -> repeat(next);
        case 1 -> call(0, Math.max(1, next - random.nextInt(2 * BATCH)));
        case 2 -> call(1, next + 2 * BATCH);
        case 3 -> together(next);
        default -> call(random.nextInt(2), next);
      }
    }
  }

  private void repeat(long first) {
    call(0, first);
    call(1, first);
  }

  /** The same batch twice at once: one of them fences the other, or comes after it. */
  private void together(long first) {
    var one = begin(0, first);
    var other = begin(1, first);
    await(one);
    await(other);
  }

  private void call(int channel, long first) {
    await(begin(channel, first));
  }

  private ListenableFuture<ReportOutcomeBatchResponse> begin(int channel, long first) {
    var request =
        ReportOutcomeBatchRequest.newBuilder()
            .setSession(
                Session.newBuilder().setProducer(name).setSession(session).setAttempt(++attempt))
            .setFirstSequence(first);
    for (long sequence = first; sequence < first + BATCH; sequence++) {
      request.addOutcomes(
          Outcome.newBuilder()
              .setDecisionToken(token)
              .setUnitKey(name + "/0/" + sequence)
              .putValues(ProducerMain.METRIC, 1));
    }
    return stubs[channel]
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .reportOutcomeBatch(request.build());
  }

  private void await(ListenableFuture<ReportOutcomeBatchResponse> call) {
    try {
      var answer = call.get(2 * CALL_SECONDS, TimeUnit.SECONDS);
      committed = Math.max(committed, answer.getCommittedSequence());
      if (answer.getRefusedTotal() > 0) {
        throw new IllegalStateException("refused: " + answer.getRefusals(0));
      }
    } catch (ExecutionException e) {
      pauseAfter(e.getCause());
    } catch (TimeoutException e) {
      call.cancel(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was sent may be counted or not; the next batch begins at what is known. */
  private static void pauseAfter(@Nullable Throwable failure) {
    Status.Code code =
        failure instanceof StatusRuntimeException status
            ? status.getStatus().getCode()
            : Status.Code.UNKNOWN;
    if (code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /**
   * Ends it: sends on until what the servers have is known.
   *
   * @return what it reported, all of it acknowledged
   */
  Life end() throws InterruptedException {
    ending = true;
    thread.join();
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
    long before = -1;
    // What it has not heard of may be counted: the answer to a last batch says how far it came.
    while (committed == before || before < 0) {
      before = committed;
      call(0, committed + 1);
      if (System.nanoTime() - giveUp > 0) {
        throw new IllegalStateException(name + ": not acknowledged in " + END_SECONDS + " s");
      }
    }
    return new Life(committed, committed, true);
  }

  @Override
  public void close() {
    ending = true;
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
  }
}
