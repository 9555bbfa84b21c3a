package dev.serin.server.decision;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorStatus;
import io.grpc.Metadata;
import io.grpc.Status;

/** An error as the call path sends it: no exception, no stack trace. */
final class Refusal implements Answer {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final Status status;
  private final byte[] details;

  private Refusal(Status status, byte[] details) {
    this.status = status;
    this.details = details;
  }

  static Refusal of(ApiException error) {
    var proto = ErrorStatus.proto(error);
    return new Refusal(
        Status.fromCodeValue(proto.getCode()).withDescription(proto.getMessage()),
        proto.toByteArray());
  }

  /** Code and text. */
  Status status() {
    return status;
  }

  /** The google.rpc details, in trailers of their own for each call: the transport adds to them. */
  Metadata trailers() {
    var trailers = new Metadata();
    trailers.put(DETAILS, details);
    return trailers;
  }
}
