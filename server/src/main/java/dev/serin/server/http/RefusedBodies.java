package dev.serin.server.http;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcStatusMappingFunction;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.error.ErrorStatus;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answers to requests that no service sees, with the body that errors of the services have:
 * those refused while they arrive, those that do not end in time, those above the port's limit, and
 * those for which there is no service. All else is left to Armeria.
 */
final class RefusedBodies implements ServerErrorHandler {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(
              JsonFormat.TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).build());

  private final long requestBytesMax;
  private final Duration timeMax;

  /**
   * Answers.
   *
   * @param timeMax how long a request may take
   */
  RefusedBodies(long requestBytesMax, Duration timeMax) {
    this.requestBytesMax = requestBytesMax;
    this.timeMax = timeMax;
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    if (cause instanceof ApiException error) {
      // The caller is told; it is no fault of the server.
      context.setShouldReportUnloggedExceptions(false);
      return json(status(context, error), body(error)).toHttpResponse();
    }
    if (CallerGone.is(cause)) {
      context.setShouldReportUnloggedExceptions(false);
    }
    return ServerErrorHandler.ofDefault().onServiceException(context, cause);
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    if (status.equals(HttpStatus.SERVICE_UNAVAILABLE) && cause instanceof RequestTimeoutException) {
      return late();
    }
    return switch (status.code()) {
      case 404 -> json(status, body(Status.Code.UNIMPLEMENTED, "no such path"));
      case 405 -> json(status, body(Status.Code.UNIMPLEMENTED, "no such method (expected: POST)"));
      case 408 -> json(status, body(tooSlow()));
      case 413 -> json(status, body(tooLarge()));
      default ->
          ServerErrorHandler.ofDefault()
              .renderStatus(context, config, headers, status, description, cause);
    };
  }

  private static HttpStatus status(ServiceRequestContext context, ApiException error) {
    if (error.reason() == ErrorReason.REQUEST_TOO_LARGE) {
      return HttpStatus.REQUEST_ENTITY_TOO_LARGE;
    }
    HttpStatus status =
        UnframedGrpcStatusMappingFunction.of()
            .apply(context, error.reason().code().toStatus(), error);
    return status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status;
  }

  /** What a call is told that is not answered in time. */
  AggregatedHttpResponse late() {
    return json(
        HttpStatus.GATEWAY_TIMEOUT, body(Status.Code.DEADLINE_EXCEEDED, "not answered" + inTime()));
  }

  private String inTime() {
    return " after " + timeMax.toMillis() + " ms (expected: sooner)";
  }

  private ApiException tooSlow() {
    return ApiErrors.invalidRequest("", "not complete" + inTime());
  }

  private ApiException tooLarge() {
    return ApiErrors.requestTooLarge(
        "body", "more than " + requestBytesMax + " bytes", requestBytesMax + " bytes");
  }

  private static AggregatedHttpResponse json(HttpStatus status, String body) {
    return AggregatedHttpResponse.of(status, MediaType.JSON_UTF_8, body);
  }

  /** An error without a reason, since no service made it. */
  private static String body(Status.Code code, String message) {
    JsonObject body = new JsonObject();
    body.addProperty("code", code.value());
    body.addProperty("grpc-code", code.name());
    body.addProperty("message", message);
    return body.toString();
  }

  private static String body(ApiException error) {
    try {
      JsonObject body =
          JsonParser.parseString(PRINTER.print(ErrorStatus.proto(error))).getAsJsonObject();
      body.addProperty("grpc-code", error.reason().code().name());
      return body.toString();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
