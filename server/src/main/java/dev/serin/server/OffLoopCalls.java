package dev.serin.server;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The interceptor that takes unary calls off the event loops: the request is gathered there, parsed
 * and answered on a worker thread.
 *
 * <p>A call that finds the workers' queue full, or too many bytes waiting in it, is refused as
 * OVERLOADED; one above its limit as REQUEST_TOO_LARGE. Calls that stream stay where they are.
 */
final class OffLoopCalls implements ServerInterceptor {
  /** Bytes of all requests that wait or are worked on: a few of the largest at once. */
  private static final long WAITING_BYTES_MAX = 256L * 1024 * 1024;

  private final WorkerPool workers;
  private final ToIntFunction<String> requestBytesMax;
  private final long waitingBytesMax;
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * An interceptor.
   *
   * @param requestBytesMax limit of a method's request, by the method's full name
   */
  OffLoopCalls(WorkerPool workers, ToIntFunction<String> requestBytesMax) {
    this(workers, requestBytesMax, WAITING_BYTES_MAX);
  }

  /** With other room, for tests. */
  OffLoopCalls(WorkerPool workers, ToIntFunction<String> requestBytesMax, long waitingBytesMax) {
    this.workers = workers;
    this.requestBytesMax = requestBytesMax;
    this.waitingBytesMax = waitingBytesMax;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    // Two: a second message of a unary call has to be seen to be refused.
    call.request(2);
    return new Gathering<>(call, headers, next);
  }

  /** Gathers the one message of a call; all its methods run on the call's event loop. */
  private final class Gathering<Q, R> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, R> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, R> next;
    private @Nullable Q message;
    private int sizeBytes;
    private boolean refused;

    Gathering(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      this.call = call;
      this.headers = headers;
      this.next = next;
    }

    @Override
    public void onMessage(Q received) {
      if (refused) {
        return;
      }
      if (message != null) {
        refuse(ApiErrors.invalidRequest("", "more than one message (expected: one)"));
        return;
      }
      message = received instanceof InputStream stream ? gather(stream) : received;
    }

    @Override
    public void onHalfClose() {
      Q request = message;
      if (refused) {
        return;
      }
      if (request == null) {
        refuse(ApiErrors.invalidRequest("", "no message (expected: one)"));
        return;
      }
      if (waitingBytes.addAndGet(sizeBytes) > waitingBytesMax) {
        waitingBytes.addAndGet(-sizeBytes);
        refuse(ApiErrors.overloaded("worker queue", workers.queueCapacity()));
        return;
      }
      try {
        workers.execute(Context.current().wrap(() -> answer(request)));
      } catch (RejectedExecutionException e) {
        waitingBytes.addAndGet(-sizeBytes);
        refuse(ApiErrors.overloaded("worker queue", workers.queueCapacity()));
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
        refuse(ErrorInterceptor.listed(e, call.getMethodDescriptor().getFullMethodName()));
      } finally {
        waitingBytes.addAndGet(-sizeBytes);
      }
    }

    /** The message's bytes in an array: its stream ends with this call of the event loop. */
    @SuppressWarnings("unchecked")
    private @Nullable Q gather(InputStream stream) {
      String method = call.getMethodDescriptor().getFullMethodName();
      int limit = requestBytesMax.applyAsInt(method);
      try (stream) {
        byte[] bytes = stream.readNBytes(limit + 1);
        if (bytes.length > limit) {
          refuse(
              ApiErrors.requestTooLarge(method, "more than " + limit + " bytes", limit + " bytes"));
          return null;
        }
        sizeBytes = bytes.length;
        return (Q) new ByteArrayInputStream(bytes);
      } catch (IOException e) {
        refuse(ApiErrors.invalidRequest("", "bytes that are no message (" + e.getMessage() + ")"));
        return null;
      }
    }

    private void refuse(ApiException reason) {
      refused = true;
      message = null;
      refuse(ErrorStatus.of(reason));
    }

    private void refuse(StatusRuntimeException error) {
      Metadata trailers = error.getTrailers();
      call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }
}
