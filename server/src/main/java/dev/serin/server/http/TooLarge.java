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
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request above the port's limit, which no service sees: status 413 as HTTP has it,
 * with the body that errors of the services have. All else is left to Armeria.
 */
final class TooLarge implements ServerErrorHandler {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(
              JsonFormat.TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).build());

  private final long requestBytesMax;

  TooLarge(long requestBytesMax) {
    this.requestBytesMax = requestBytesMax;
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
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
        ? AggregatedHttpResponse.of(status, MediaType.JSON_UTF_8, body())
        : ServerErrorHandler.ofDefault()
            .renderStatus(context, config, headers, status, description, cause);
  }

  private String body() {
    ApiException error =
        ApiErrors.requestTooLarge(
            "body", "more than " + requestBytesMax + " bytes", requestBytesMax + " bytes");
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
