package dev.serin.server.cli;

import com.google.protobuf.Timestamp;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.OutcomeServiceGrpc.OutcomeServiceBlockingStub;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeBatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Reports the outcomes of the demo's callers, through the public API: batches of one session, each
 * sent again until it is acknowledged, so that each outcome is counted once. Outcomes come from
 * many threads; one sends.
 */
final class DemoReporter {
  /** Outcomes of a batch; a request takes 10 000 and 1 MiB. */
  private static final int BATCH = 2_000;

  /** Outcomes that wait; more are not kept for a server that does not take them. */
  private static final int MAX_WAITING = 50_000;

  /** How long a batch may take: some flushes. */
  private static final int DEADLINE_MILLIS = 5_000;

  private final OutcomeServiceBlockingStub stub;
  private final DemoTally tally;
  private final UUID session;
  private final Deque<Outcome> waiting = new ArrayDeque<>();
  private long attempt;
  private long committed;

  DemoReporter(ManagedChannel channel, DemoTally tally, UUID session) {
    this.stub = OutcomeServiceGrpc.newBlockingStub(channel);
    this.tally = tally;
    this.session = session;
  }

  /** Takes an outcome that happened now; false: there is no room. */
  boolean report(Outcome outcome, Instant now) {
    Timestamp time =
        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
    Outcome timed = outcome.toBuilder().setTime(time).build();
    synchronized (waiting) {
      return waiting.size() < MAX_WAITING && waiting.offerLast(timed);
    }
  }

  /** Sends what waits; what is not acknowledged waits on. For one thread. */
  void send(Instant now) {
    List<Outcome> batch = next();
    // A batch that was not full was the last: while it was on its way, others came already.
    while (!batch.isEmpty() && send(batch, now) && batch.size() == BATCH) {
      batch = next();
    }
  }

  private List<Outcome> next() {
    synchronized (waiting) {
      List<Outcome> batch = new ArrayList<>(BATCH);
      for (Outcome outcome : waiting) {
        if (batch.size() == BATCH) {
          break;
        }
        batch.add(outcome);
      }
      return batch;
    }
  }

  private boolean send(List<Outcome> batch, Instant now) {
    attempt = Math.max(attempt + 1, now.toEpochMilli());
    ReportOutcomeBatchRequest request =
        ReportOutcomeBatchRequest.newBuilder()
            .setSession(
                dev.serin.v1.Session.newBuilder()
                    .setProducer("serin-demo")
                    .setSession(session.toString())
                    .setAttempt(attempt))
            .setFirstSequence(committed + 1)
            .addAllOutcomes(batch)
            .build();
    try {
      ReportOutcomeBatchResponse answer =
          stub.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
              .reportOutcomeBatch(request);
      acknowledged(answer);
      return true;
    } catch (StatusRuntimeException failure) {
      tally.refused(
          "outcomes: "
              + failure.getStatus().getCode()
              + " "
              + failure.getStatus().getDescription());
      return false;
    }
  }

  private void acknowledged(ReportOutcomeBatchResponse answer) {
    synchronized (waiting) {
      for (long sequence = committed; sequence < answer.getCommittedSequence(); sequence++) {
        waiting.removeFirst();
      }
    }
    tally.reported(answer.getCommittedSequence() - committed, answer.getRefusedTotal());
    committed = answer.getCommittedSequence();
  }
}
