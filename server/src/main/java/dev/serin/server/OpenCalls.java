package dev.serin.server;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ErrorStatus;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The interceptor that knows which calls are open, so that a server that stops can end them as
 * SHUTTING_DOWN: what the transport makes of a call it drops looks as if the caller had done it.
 *
 * <p>Not for calls on the hot path: those are over before anybody could end them. Calls that are
 * ended may be answered meanwhile by another thread; whoever comes first is heard.
 */
final class OpenCalls implements ServerInterceptor {
  private final Set<OpenCall<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean noStreams;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var ours = new OpenCall<>(call);
    open.add(ours);
    // Looked at after it was added: endStreams sees the call, or the call sees its mark.
    if (noStreams && ours.streams()) {
      ours.end();
      return new ServerCall.Listener<>() {};
    }
    return new OpenListener<>(next.startCall(ours, headers), ours);
  }

  /** Ends the calls that last as long as their callers like, and takes no more of them. */
  void endStreams() {
    noStreams = true;
    open.stream().filter(OpenCall::streams).forEach(OpenCall::end);
  }

  /** Ends every call that is open now. */
  void endAll() {
    open.forEach(OpenCall::end);
  }

  /** A call that two threads may answer; the second is not heard. */
  private final class OpenCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    /** Guarded by this. */
    private boolean closed;

    private volatile boolean ended;

    OpenCall(ServerCall<Q, R> call) {
      super(call);
    }

    boolean streams() {
      return !getMethodDescriptor().getType().serverSendsOneMessage()
          || !getMethodDescriptor().getType().clientSendsOneMessage();
    }

    void end() {
      ended = true;
      StatusRuntimeException error = ErrorStatus.of(ApiErrors.shuttingDown());
      Metadata trailers = error.getTrailers();
      close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    /** Also of one that was ended: nobody waits for its answer, so it need not be begun. */
    @Override
    public boolean isCancelled() {
      return ended || super.isCancelled();
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      open.remove(this);
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }
  }

  /** Forgets a call that its caller has ended. */
  private final class OpenListener<Q> extends SimpleForwardingServerCallListener<Q> {
    private final OpenCall<?, ?> call;

    OpenListener(ServerCall.Listener<Q> delegate, OpenCall<?, ?> call) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onCancel() {
      open.remove(call);
      super.onCancel();
    }
  }
}
