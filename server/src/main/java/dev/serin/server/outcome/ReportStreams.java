package dev.serin.server.outcome;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import dev.serin.server.telemetry.CallMeter;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeResponse;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams that are open. The event loop copies a message's bytes and signals its stream; all
 * else is done by workers. It meters and ends its calls by itself.
 */
final class ReportStreams {
  /** Bytes beyond a message's limit that may arrive before its call is ended: frames, headers. */
  private static final long ARRIVING_MARGIN_BYTES = 64 * 1024;

  /** Bytes of a message up to which nobody looks at what has arrived of it. */
  private static final long SMALL_BYTES = 4 * 1024;

  private final Ingest ingest;
  private final int streamsMax;
  private final Set<ReportStream> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean stopping;

  ReportStreams(Ingest ingest, int streamsMax) {
    this.ingest = ingest;
    this.streamsMax = streamsMax;
    ingest.pool().lookEach(OutcomeLimits.ARRIVING_MAX, this::endUnfinished);
  }

  /**
   * Ends streams with a large message that was arriving when this was last called, and still is.
   */
  void endUnfinished() {
    open.forEach(ReportStream::endUnfinished);
  }

  /**
   * The method, to be served in place of the generated one.
   *
   * @param arriving tells, on the event loop, how many more bytes of the current call arrive
   */
  ServerMethodDefinition<?, ?> method(CallMeter meter, Consumer<LongConsumer> arriving) {
    var generated = OutcomeServiceGrpc.getReportOutcomeMethod();
    MethodDescriptor<ReceivedMessage, ReportOutcomeResponse> own =
        generated.toBuilder(new Received(), generated.getResponseMarshaller()).build();
    return ServerMethodDefinition.create(own, new Handler(meter, arriving));
  }

  /** How many streams are open. */
  int size() {
    return count.get();
  }

  /** Takes no new streams, and no more messages of those that are open. */
  void stop() {
    stopping = true;
    open.forEach(ReportStream::stop);
  }

  /** Ends what is open without waiting for anything to become durable. */
  void abandon() {
    stopping = true;
    open.forEach(ReportStream::dropped);
  }

  /** Starts calls. */
  private final class Handler implements ServerCallHandler<ReceivedMessage, ReportOutcomeResponse> {
    private final CallMeter meter;
    private final Consumer<LongConsumer> arriving;

    Handler(CallMeter meter, Consumer<LongConsumer> arriving) {
      this.meter = meter;
      this.arriving = arriving;
    }

    @Override
    public ServerCall.Listener<ReceivedMessage> startCall(
        ServerCall<ReceivedMessage, ReportOutcomeResponse> call, Metadata headers) {
      long startNanos = System.nanoTime();
      var stream =
          new ReportStream(
              ingest,
              call,
              (ended, code, reason) -> {
                open.remove(ended);
                count.decrementAndGet();
                meterEnd(code, reason, startNanos);
              });
      if (count.incrementAndGet() > streamsMax) {
        count.decrementAndGet();
        return refuse(call, ApiErrors.overloaded("outcomes", streamsMax, "streams"), startNanos);
      }
      open.add(stream);
      // Looked at after it was added: stop sees the stream, or the stream sees that it stops.
      if (stopping) {
        stream.stop();
      }
      var listener = new Listener(stream, ingest.room());
      arriving.accept(listener::arrived);
      call.request(1);
      return listener;
    }

    private ServerCall.Listener<ReceivedMessage> refuse(
        ServerCall<?, ?> call, ApiException reason, long startNanos) {
      StatusRuntimeException error = ErrorStatus.of(reason);
      Metadata trailers = error.getTrailers();
      meterEnd(error.getStatus().getCode(), reason, startNanos);
      call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }

    private void meterEnd(Status.Code code, @Nullable ApiException reason, long startNanos) {
      meter.record(code, System.nanoTime() - startNanos);
      if (reason != null) {
        ingest.meters().ended(reason.reason());
      }
    }
  }

  /**
   * Passes on what the event loop says of a call, of a large message while it arrives: gRPC keeps
   * its parts to itself, and all who were asked for one may send it at the same time.
   */
  private static final class Listener extends ServerCall.Listener<ReceivedMessage> {
    private final ReportStream stream;
    private final IngestRoom room;

    /** Bytes of the message that is arriving. */
    private long arrivingBytes;

    /** Those of them that are counted in the room: all, once they are many. */
    private long countedBytes;

    Listener(ReportStream stream, IngestRoom room) {
      this.stream = stream;
      this.room = room;
    }

    void arrived(long bytes) {
      arrivingBytes += bytes;
      if (arrivingBytes <= SMALL_BYTES) {
        return;
      }
      if (countedBytes == 0) {
        stream.largeBegins();
      }
      boolean fits = room.arriving(arrivingBytes - countedBytes);
      countedBytes = arrivingBytes;
      if (arrivingBytes > OutcomeLimits.MESSAGE_BYTES_MAX + ARRIVING_MARGIN_BYTES) {
        stream.tooLarge(arrivingBytes);
      }
      if (!fits) {
        stream.endAtOnce(ApiErrors.overloaded("messages", room.bytesMax(), "bytes"));
      }
    }

    /** What was arriving is there, or is dropped. */
    private void arrived() {
      if (countedBytes > 0) {
        room.arrived(countedBytes);
        countedBytes = 0;
        stream.largeEnds();
      }
      arrivingBytes = 0;
    }

    @Override
    public void onMessage(ReceivedMessage message) {
      arrived();
      stream.received(message);
    }

    @Override
    public void onHalfClose() {
      stream.halfClosed();
    }

    @Override
    public void onCancel() {
      arrived();
      stream.cancelled();
    }

    @Override
    public void onComplete() {
      arrived();
    }

    @Override
    public void onReady() {
      stream.signal();
    }
  }

  /** Keeps a request as its bytes. */
  private static final class Received implements Marshaller<ReceivedMessage> {
    @Override
    public ReceivedMessage parse(InputStream stream) {
      return ReceivedMessage.read(stream);
    }

    @Override
    public InputStream stream(ReceivedMessage message) {
      throw new UnsupportedOperationException("requests are read only");
    }
  }
}
