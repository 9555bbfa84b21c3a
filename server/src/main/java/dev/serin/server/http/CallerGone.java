package dev.serin.server.http;

import com.linecorp.armeria.common.CancellationException;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.common.util.Exceptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Tells the failures of a call whose caller went away, whose time is over, or whose port is being
 * closed. They are no fault of the server and not worth a line in its log.
 */
final class CallerGone {
  private CallerGone() {}

  static boolean is(Throwable failure) {
    Throwable cause = Exceptions.peel(failure);
    if (cause instanceof StatusRuntimeException ended
        && ended.getStatus().getCode() == Status.Code.CANCELLED) {
      // What the services behind the port are told of it.
      return true;
    }
    return cause instanceof ClosedStreamException
        || cause instanceof AbortedStreamException
        || cause instanceof CancelledSubscriptionException
        || cause instanceof CancellationException;
  }
}
