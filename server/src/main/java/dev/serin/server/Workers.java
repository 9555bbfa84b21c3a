package dev.serin.server;

import dev.serin.server.catalog.FeatureServiceAdapter;
import dev.serin.server.decision.RequestLimits;
import dev.serin.server.http.HttpPort;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;

/**
 * Who answers which call off the event loops, and how large its request may be.
 *
 * <p>Kill switches have workers, a queue and room of their own: the others may all be busy with
 * large applies, or wait for one, and a kill switch always works.
 */
final class Workers implements AutoCloseable {
  /** Bytes of all requests that arrive, wait or are worked on: a few of the largest at once. */
  private static final long WAITING_BYTES_MAX = 256L * 1024 * 1024;

  /** How much larger than its message a request may be as JSON. */
  private static final int JSON_FACTOR = 8;

  /** Threads for kill switches, each of which is one short transaction. */
  private static final int KILL_THREADS = 4;

  /** Kill switches in line: more than anybody sets by hand in the time of one transaction. */
  private static final int KILL_QUEUE = 256;

  /** Room for every one of them with the largest request. */
  static final long KILL_BYTES_MAX =
      (long) (KILL_QUEUE + KILL_THREADS) * FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;

  private static final Set<String> KILLS =
      Set.of(
          FeatureServiceGrpc.getKillFeatureMethod().getFullMethodName(),
          FeatureServiceGrpc.getReviveFeatureMethod().getFullMethodName());

  private final WorkerPool calls;
  private final WorkerPool kills =
      new WorkerPool("kills", KILL_THREADS, KILL_QUEUE, KILL_BYTES_MAX);

  /** Workers as many as configured, besides those of kill switches. */
  Workers(ServerConfig config) {
    calls =
        new WorkerPool("calls", config.workerThreads(), config.workerQueue(), WAITING_BYTES_MAX);
  }

  /** The workers of a method, by its full name. */
  WorkerPool of(String method) {
    return KILLS.contains(method) ? kills : calls;
  }

  /** The limit of a method's request, by its full name. */
  static int requestBytesMax(String method) {
    if (KILLS.contains(method)) {
      return FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES;
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
    return Math.min(HttpPort.REQUEST_BYTES_MAX, (long) JSON_FACTOR * requestBytesMax(method));
  }

  void register(MeterRegistry registry) {
    calls.register(registry);
    kills.register(registry);
  }

  @Override
  public void close() {
    calls.close();
    kills.close();
  }
}
