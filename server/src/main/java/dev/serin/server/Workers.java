package dev.serin.server;

import dev.serin.server.catalog.FeatureServiceAdapter;
import dev.serin.server.decision.RequestLimits;
import dev.serin.server.http.BodyLimits;
import dev.serin.server.http.HttpPort;
import dev.serin.server.http.RequestRoom;
import dev.serin.server.outcome.OutcomeLimits;
import dev.serin.server.report.AnalysisServiceAdapter;
import dev.serin.server.rollout.RolloutServiceAdapter;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;

/**
 * Who answers which call off the event loops, and how large its request may be.
 *
 * <p>Kill switches have workers, a queue and room of their own: the others may all be busy with
 * large applies, or wait for one, and a kill switch always works. Their bodies over HTTP have other
 * room again, so that callers who end none of them take nothing from those of the gRPC port.
 * Batches of outcomes come in such numbers that they have their own, too.
 */
final class Workers implements AutoCloseable {
  /** Bytes of all requests that arrive, wait or are worked on: a few of the largest at once. */
  private static final long WAITING_BYTES_MAX = 256L * 1024 * 1024;

  /** How much larger than its message a request may be as JSON. */
  private static final int JSON_FACTOR = 8;

  /**
   * How much larger a kill switch may be as JSON: every character of its texts may be escaped,
   * since all of them together are far below the limit.
   */
  private static final int KILL_JSON_FACTOR = 2;

  /** Threads for kill switches, each of which is one short transaction. */
  private static final int KILL_THREADS = 4;

  /** Kill switches in line: more than anybody sets by hand in the time of one transaction. */
  private static final int KILL_QUEUE = 256;

  /** Room for every one of them with the largest request. */
  static final long KILL_BYTES_MAX =
      (long) (KILL_QUEUE + KILL_THREADS) * FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;

  /** Room for as many bodies of them, each the largest there may be. */
  static final long KILL_BODIES_BYTES_MAX = KILL_JSON_FACTOR * KILL_BYTES_MAX;

  /** Threads that parse batches of outcomes; others judge them. */
  private static final int BATCH_THREADS = 2;

  /** Batches in line. */
  private static final int BATCH_QUEUE = 1_000;

  /** Bytes of all batches that arrive, wait or are parsed. */
  private static final long BATCH_BYTES_MAX = 64L * 1024 * 1024;

  private static final String BATCH =
      OutcomeServiceGrpc.getReportOutcomeBatchMethod().getFullMethodName();

  private static final Set<String> KILLS =
      Set.of(
          FeatureServiceGrpc.getKillFeatureMethod().getFullMethodName(),
          FeatureServiceGrpc.getReviveFeatureMethod().getFullMethodName());

  private final WorkerPool calls;
  private final WorkerPool kills =
      new WorkerPool("kills", KILL_THREADS, KILL_QUEUE, KILL_BYTES_MAX);
  private final WorkerPool batches =
      new WorkerPool("batches", BATCH_THREADS, BATCH_QUEUE, BATCH_BYTES_MAX);
  private final BoundedRoom killBodies = new BoundedRoom("kills-http", KILL_BODIES_BYTES_MAX);

  /** Workers as many as configured, besides those of kill switches. */
  Workers(ServerConfig config) {
    calls =
        new WorkerPool("calls", config.workerThreads(), config.workerQueue(), WAITING_BYTES_MAX);
  }

  /** The workers of a method, by its full name. */
  WorkerPool of(String method) {
    if (KILLS.contains(method)) {
      return kills;
    }
    return method.equals(BATCH) ? batches : calls;
  }

  /** What bounds bodies over HTTP; a body may take as long as a request over gRPC. */
  BodyLimits bodies() {
    return new BodyLimits(this::bodyRoom, Workers::bodyBytesMax, OffLoopCalls.GATHERING_MAX);
  }

  private RequestRoom bodyRoom(String method) {
    return KILLS.contains(method) ? killBodies : of(method);
  }

  /** The limit of a method's request, by its full name. */
  static int requestBytesMax(String method) {
    if (KILLS.contains(method)) {
      return FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;
    }
    if (method.equals(BATCH)) {
      return OutcomeLimits.MESSAGE_BYTES_MAX;
    }
    if (method.startsWith(AnalysisServiceGrpc.SERVICE_NAME + "/")) {
      return AnalysisServiceAdapter.MAX_REQUEST_BYTES;
    }
    if (method.startsWith(RolloutServiceGrpc.SERVICE_NAME + "/")) {
      return RolloutServiceAdapter.MAX_REQUEST_BYTES;
    }
    return method.startsWith(DecisionServiceGrpc.SERVICE_NAME + "/")
        ? RequestLimits.REQUEST_BYTES_MAX
        : FeatureServiceAdapter.MAX_REQUEST_BYTES;
  }

  /**
   * The limit of a method's request as JSON, by the method's full name: names, escapes and white
   * space make it larger than the message.
   */
  static long bodyBytesMax(String method) {
    long factor = KILLS.contains(method) ? KILL_JSON_FACTOR : JSON_FACTOR;
    return Math.min(HttpPort.REQUEST_BYTES_MAX, factor * requestBytesMax(method));
  }

  void register(MeterRegistry registry) {
    calls.register(registry);
    kills.register(registry);
    batches.register(registry);
    killBodies.register(registry);
  }

  @Override
  public void close() {
    calls.close();
    kills.close();
    batches.close();
  }
}
