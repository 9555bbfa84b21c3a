package dev.serin.loadtest.ingest;

import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Recorder;

/**
 * One stream that reports. Sends when it is told to, or whenever fewer than so many outcomes wait
 * for their acknowledgement.
 */
final class IngestStream extends ClientCall.Listener<ReportOutcomeResponse> {
  private static final MethodDescriptor<byte[], ReportOutcomeResponse> METHOD =
      OutcomeServiceGrpc.getReportOutcomeMethod().toBuilder(
              new Bytes(), ProtoUtils.marshaller(ReportOutcomeResponse.getDefaultInstance()))
          .build();

  private final ClientCall<byte[], ReportOutcomeResponse> call;
  private final OutcomeBatches batches;
  private final long waitingMax;
  private final Recorder latencies;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();

  /** When what was sent up to which sequence was due. Guarded by this. */
  private final ArrayDeque<Sent> waiting = new ArrayDeque<>();

  private record Sent(long last, long dueNanos) {}

  /** Guarded by this. */
  private long last;

  private volatile long committed;
  private volatile long refused;
  private volatile boolean sending;

  /**
   * Opens a stream.
   *
   * @param waitingMax outcomes that may wait for their acknowledgement; 0: it sends only when told
   * @param latencies takes nanoseconds from when a message was due to its acknowledgement
   */
  IngestStream(Channel channel, OutcomeBatches batches, long waitingMax, Recorder latencies) {
    this.batches = batches;
    this.waitingMax = waitingMax;
    this.latencies = latencies;
    call = channel.newCall(METHOD, CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(1);
    call.sendMessage(OutcomeBatches.opening("loadtest", UUID.randomUUID().toString()));
  }

  /** Done when the session is claimed. */
  CompletableFuture<Void> opened() {
    return opened;
  }

  /** Begins to send whenever few enough wait. */
  void start() {
    sending = true;
    sendWhileReady();
  }

  void stop() {
    sending = false;
  }

  long committed() {
    return committed;
  }

  long refused() {
    return refused;
  }

  /** Sends one message, however many wait. */
  synchronized void send(long dueNanos) {
    call.sendMessage(batches.message(last + 1));
    last += batches.size();
    waiting.add(new Sent(last, dueNanos));
  }

  private synchronized void sendWhileReady() {
    while (sending && call.isReady() && last - committed < waitingMax) {
      send(System.nanoTime());
    }
  }

  @Override
  public void onReady() {
    sendWhileReady();
  }

  @Override
  public void onMessage(ReportOutcomeResponse answer) {
    call.request(1);
    if (answer.getOpened()) {
      opened.complete(null);
    }
    long now = System.nanoTime();
    synchronized (this) {
      committed = answer.getCommittedSequence();
      refused = answer.getRefusedTotal();
      while (!waiting.isEmpty() && waiting.element().last() <= committed) {
        latencies.recordValue(Math.max(0, now - waiting.remove().dueNanos()));
      }
    }
    sendWhileReady();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    sending = false;
    opened.completeExceptionally(status.asRuntimeException());
    ended.complete(status);
  }

  /** Ends the stream; returns how it ended. */
  Status end() {
    call.halfClose();
    return ended.join();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
