package dev.serin.server.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import io.grpc.Status;

/**
 * Errors of the JSON services, as Armeria writes them. What it needs for that it makes at run time,
 * which takes longer than the rest of the port: here it is made when the first error is told.
 */
final class JsonErrors implements UnframedGrpcErrorHandler {
  /** Made by whoever asks first. */
  private static final class Made {
    static final UnframedGrpcErrorHandler HANDLER = UnframedGrpcErrorHandler.ofJson();

    private Made() {}
  }

  @Override
  public HttpResponse handle(
      ServiceRequestContext context, Status status, AggregatedHttpResponse response) {
    return HttpResponse.of(
        () -> Made.HANDLER.handle(context, status, response), context.blockingTaskExecutor());
  }
}
