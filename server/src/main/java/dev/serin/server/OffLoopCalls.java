package dev.serin.server;

import com.google.protobuf.MessageLite;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ErrorStatus;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The interceptor that takes unary calls off the event loops: the request is gathered there, parsed
 * and answered on a worker thread.
 *
 * <p>A call that finds its workers' queue full, or no room for its bytes, is refused as OVERLOADED;
 * one above its limit as REQUEST_TOO_LARGE; one whose request does not end in time as
 * INVALID_REQUEST. Calls that stream stay where they are.
 */
final class OffLoopCalls implements ServerInterceptor {
  /**
   * How long a request may take to arrive, so that callers who never end theirs give its room back.
   * The largest one arrives in it over 3 Mbit/s.
   */
  static final Duration GATHERING_MAX = Duration.ofSeconds(60);

  private final Function<String, WorkerPool> workers;
  private final ToIntFunction<String> requestBytesMax;
  private final Duration gatheringMax;

  /**
   * An interceptor.
   *
   * @param workers who answers a method, by the method's full name
   * @param requestBytesMax limit of a method's request, by the method's full name
   */
  OffLoopCalls(Function<String, WorkerPool> workers, ToIntFunction<String> requestBytesMax) {
    this(workers, requestBytesMax, GATHERING_MAX);
  }

  /** With another time, for tests. */
  OffLoopCalls(
      Function<String, WorkerPool> workers,
      ToIntFunction<String> requestBytesMax,
      Duration gatheringMax) {
    this.workers = workers;
    this.requestBytesMax = requestBytesMax;
    this.gatheringMax = gatheringMax;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    var gathering = new Gathering<>(call, headers, next);
    gathering.begin();
    return gathering;
  }

  /**
   * Gathers the one message of a call. Its listener's methods run on the call's event loop; the
   * time limit comes from another thread, and whoever settles the call first decides how it goes
   * on.
   */
  private final class Gathering<Q, R> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, R> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, R> next;
    private final String method;
    private final WorkerPool pool;
    private final int limitBytes;
    private final CompletableFuture<Void> inTime = new CompletableFuture<>();

    /** Set by whoever comes first: the end of the request, a refusal, the end of the call. */
    private final AtomicBoolean settled = new AtomicBoolean();

    /** Bytes that the call holds of the pool's room. */
    private final AtomicLong heldBytes = new AtomicLong();

    private @Nullable Q message;

    Gathering(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      this.call = call;
      this.headers = headers;
      this.next = next;
      method = call.getMethodDescriptor().getFullMethodName();
      pool = workers.apply(method);
      limitBytes = requestBytesMax.applyAsInt(method);
    }

    void begin() {
      var _ =
          inTime
              .orTimeout(gatheringMax.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionally(
                  late -> {
                    refuseLate();
                    return null;
                  });
      ArrivingBytes.ofCurrentCall(this::arrived);
      // Two: a second message of a unary call has to be seen to be refused.
      call.request(2);
    }

    private void refuseLate() {
      long millis = gatheringMax.toMillis();
      refuse(
          ApiErrors.invalidRequest("", "not complete after " + millis + " ms (expected: sooner)"));
    }

    @Override
    public void onMessage(Q received) {
      if (settled.get()) {
        return;
      }
      if (message != null) {
        refuse(ApiErrors.invalidRequest("", "more than one message (expected: one)"));
        return;
      }
      if (received instanceof InputStream stream) {
        gather(stream);
      } else if (hold(received instanceof MessageLite parsed ? parsed.getSerializedSize() : 0)) {
        message = received;
      }
    }

    @Override
    public void onHalfClose() {
      Q request = message;
      if (request == null) {
        refuse(ApiErrors.invalidRequest("", "no message (expected: one)"));
        return;
      }
      if (!settle()) {
        return;
      }
      try {
        pool.execute(Context.current().wrap(() -> answer(request)));
      } catch (RejectedExecutionException e) {
        release();
        close(ErrorStatus.of(ApiErrors.overloaded("worker queue", pool.queueCapacity(), "calls")));
      }
    }

    @Override
    public void onCancel() {
      forget();
    }

    @Override
    public void onComplete() {
      forget();
    }

    /** The call is over. One that was handed over holds its bytes until a worker comes to it. */
    private void forget() {
      if (settle()) {
        message = null;
        release();
      }
    }

    private void answer(Q request) {
      try {
        if (call.isCancelled() || Context.current().isCancelled()) {
          return;
        }
        ServerCall.Listener<Q> listener = next.startCall(call, headers);
        listener.onMessage(request);
        listener.onHalfClose();
      } catch (RuntimeException | Error e) {
        close(ErrorInterceptor.listed(e, method));
      } finally {
        release();
      }
    }

    /** The message's bytes in an array: its stream ends with this call of the event loop. */
    @SuppressWarnings("unchecked")
    private void gather(InputStream stream) {
      try (stream) {
        byte[] bytes = stream.readNBytes(limitBytes + 1);
        if (hold(bytes.length)) {
          message = (Q) new ByteArrayInputStream(bytes);
        }
      } catch (IOException e) {
        refuse(ApiErrors.invalidRequest("", "bytes that are no message (" + e.getMessage() + ")"));
      }
    }

    /**
     * Takes room for what arrived; a call that has none left, or that brings too much, is refused.
     */
    private void arrived(long bytes) {
      if (settled.get()) {
        return;
      }
      if (heldBytes.get() + bytes > limitBytes) {
        String limit = limitBytes + " bytes";
        refuse(ApiErrors.requestTooLarge(method, "more than " + limit, limit));
        return;
      }
      if (!pool.reserve(bytes)) {
        refuse(ApiErrors.overloaded("worker queue", pool.waitingBytesMax(), "bytes of requests"));
        return;
      }
      heldBytes.addAndGet(bytes);
      // Looked at afterwards: whoever settles the call sees the bytes, or this sees that it did.
      if (settled.get()) {
        release();
      }
    }

    /** Takes room for what is larger than it arrived, or was not seen arriving; true: there is. */
    private boolean hold(int messageBytes) {
      arrived(Math.max(0, messageBytes - heldBytes.get()));
      return !settled.get();
    }

    private void release() {
      pool.release(heldBytes.getAndSet(0));
    }

    /** True for the one who decides how the call goes on. */
    private boolean settle() {
      boolean first = settled.compareAndSet(false, true);
      if (first) {
        inTime.complete(null);
      }
      return first;
    }

    private void refuse(ApiException reason) {
      if (settle()) {
        message = null;
        release();
        close(ErrorStatus.of(reason));
      }
    }

    private void close(StatusRuntimeException error) {
      Metadata trailers = error.getTrailers();
      call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }
}
