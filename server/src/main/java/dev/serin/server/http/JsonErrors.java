package dev.serin.server.http;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import dev.serin.server.error.ErrorReason;
import io.grpc.Status;
import java.util.Base64;

/**
 * Errors of the JSON services, as Armeria writes them. What it needs for that it makes at run time,
 * which takes longer than the rest of the port: here it is made when the first error is told.
 */
final class JsonErrors implements UnframedGrpcErrorHandler {
  /** Where gRPC carries the details of an error, as Base64. */
  private static final String DETAILS = "grpc-status-details-bin";

  private final RefusedBodies refused;

  JsonErrors(RefusedBodies refused) {
    this.refused = refused;
  }

  /** Made by whoever asks first. */
  private static final class Made {
    static final UnframedGrpcErrorHandler HANDLER = UnframedGrpcErrorHandler.ofJson();
    static final UnframedGrpcErrorHandler TOO_LARGE =
        UnframedGrpcErrorHandler.ofJson(
            (context, status, cause) -> HttpStatus.REQUEST_ENTITY_TOO_LARGE);

    private Made() {}
  }

  @Override
  public HttpResponse handle(
      ServiceRequestContext context, Status status, AggregatedHttpResponse response) {
    if (status.getCode() == Status.Code.CANCELLED && context.isTimedOut()) {
      // Its time is over: the service was cancelled for it, and may be the first to say so.
      return refused.late().toHttpResponse();
    }
    com.google.rpc.Status error = details(response);
    // In the status the text is as a header of gRPC has it: what is no plain ASCII is escaped.
    Status told =
        error.getMessage().isEmpty() ? status : status.withDescription(error.getMessage());
    return HttpResponse.of(
        () -> handler(told, error).handle(context, told, response), context.blockingTaskExecutor());
  }

  /** HTTP has a status of its own for what gRPC calls an exhausted resource. */
  private static UnframedGrpcErrorHandler handler(Status status, com.google.rpc.Status error) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
            && ErrorReason.REQUEST_TOO_LARGE.name().equals(reason(error))
        ? Made.TOO_LARGE
        : Made.HANDLER;
  }

  /** The details of an error; empty: it has none. */
  private static com.google.rpc.Status details(AggregatedHttpResponse response) {
    HttpHeaders trailers = response.trailers().isEmpty() ? response.headers() : response.trailers();
    try {
      return com.google.rpc.Status.parseFrom(Base64.getDecoder().decode(trailers.get(DETAILS, "")));
    } catch (InvalidProtocolBufferException e) {
      // This server wrote it.
      throw new IllegalStateException(e);
    }
  }

  /** The reason in the details of an error; empty: it has none. */
  private static String reason(com.google.rpc.Status error) {
    try {
      for (Any detail : error.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
      return "";
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
