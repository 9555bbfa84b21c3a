package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Messages of a stream, put together from outcomes that are encoded already. */
final class ReportMessage {
  /** As the API states it. */
  static final int MAX_OUTCOMES = 10_000;

  /** Of outcomes: the API's 1 MiB, less room for whose series it is and the rest. */
  static final int MAX_OUTCOME_BYTES = (1 << 20) - (4 << 10);

  /** ReportOutcome with requests as bytes. */
  static final MethodDescriptor<ByteString, ReportOutcomeResponse> METHOD =
      OutcomeServiceGrpc.getReportOutcomeMethod().toBuilder(
              new Bytes(), OutcomeServiceGrpc.getReportOutcomeMethod().getResponseMarshaller())
          .build();

  private ReportMessage() {}

  /** Bytes of an outcome in a message. */
  static int sizeOf(ByteString outcome) {
    return CodedOutputStream.computeBytesSize(ReportOutcomeRequest.OUTCOMES_FIELD_NUMBER, outcome);
  }

  /** A header's fields and then the outcomes: the order of fields is free. */
  static ByteString of(ReportOutcomeRequest header, List<ByteString> outcomes) {
    int size = header.getSerializedSize();
    for (ByteString outcome : outcomes) {
      size += sizeOf(outcome);
    }
    byte[] bytes = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      header.writeTo(out);
      for (ByteString outcome : outcomes) {
        out.writeBytes(ReportOutcomeRequest.OUTCOMES_FIELD_NUMBER, outcome);
      }
      out.checkNoSpaceLeft();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return ByteString.copyFrom(bytes);
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString value) {
      return value.newInput();
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }
}
