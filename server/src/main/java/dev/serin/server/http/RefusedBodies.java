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
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcStatusMappingFunction;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The answers to requests that no service sees, with the body that errors of the services have:
 * those refused while they arrive, and those above the port's limit, to which HTTP gives status
 * 413. All else is left to Armeria.
 */
final class RefusedBodies implements ServerErrorHandler {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(
              JsonFormat.TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).build());

  private final long requestBytesMax;

  RefusedBodies(long requestBytesMax) {
    this.requestBytesMax = requestBytesMax;
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    if (cause instanceof ApiException error) {
      // The caller is told; it is no fault of the server.
      context.setShouldReportUnloggedExceptions(false);
      Status status = error.reason().code().toStatus();
      HttpStatus http = UnframedGrpcStatusMappingFunction.of().apply(context, status, cause);
      return AggregatedHttpResponse.of(
              http == null ? HttpStatus.INTERNAL_SERVER_ERROR : http,
              MediaType.JSON_UTF_8,
              body(error))
          .toHttpResponse();
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
    return status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)
        ? AggregatedHttpResponse.of(status, MediaType.JSON_UTF_8, body(tooLarge()))
        : ServerErrorHandler.ofDefault()
            .renderStatus(context, config, headers, status, description, cause);
  }

  private ApiException tooLarge() {
    return ApiErrors.requestTooLarge(
        "body", "more than " + requestBytesMax + " bytes", requestBytesMax + " bytes");
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
