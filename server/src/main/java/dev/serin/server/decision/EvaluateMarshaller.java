package dev.serin.server.decision;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.ExposureRecorder;
import dev.serin.server.outcome.Exposures;
import dev.serin.v1.EvaluateRequest;
import io.grpc.MethodDescriptor.Marshaller;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of an Evaluate request into its answer, on the thread that reads them.
 *
 * <p>Parsing is deciding: nothing of a request lives longer than this call, so that bytes and
 * evaluation context belong to the thread and are used again for the next.
 */
final class EvaluateMarshaller implements Marshaller<Answer> {
  /** Bytes of a thread's buffer at first: more than most requests have. */
  private static final int BUFFER_BYTES = 4 * 1024;

  private final ServedSnapshots snapshots;
  private final Exposures exposures;
  private final FastThreadLocal<Scratch> scratch =
      new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
          return new Scratch(snapshots, exposures.ofThread());
        }
      };

  EvaluateMarshaller(ServedSnapshots snapshots, Exposures exposures) {
    this.snapshots = snapshots;
    this.exposures = exposures;
  }

  /** What a thread uses again and again. */
  private static final class Scratch {
    private final EvaluateScan scan;
    private final Evaluations ordinary;
    private byte[] buffer = new byte[BUFFER_BYTES];

    Scratch(ServedSnapshots snapshots, ExposureRecorder exposures) {
      CallInputs inputs = CallInputs.ofThread();
      scan = new EvaluateScan(snapshots, inputs, exposures);
      ordinary = new Evaluations(snapshots, inputs, exposures);
    }
  }

  @Override
  public Answer parse(InputStream stream) {
    Scratch own = scratch.get();
    int length = 0;
    try {
      while (true) {
        int count = stream.read(own.buffer, length, own.buffer.length - length);
        if (count < 0) {
          break;
        }
        length += count;
        if (length > RequestLimits.REQUEST_BYTES_MAX) {
          return tooLarge();
        }
        if (length == own.buffer.length) {
          own.buffer = Arrays.copyOf(own.buffer, 2 * length);
        }
      }
    } catch (IOException e) {
      return malformed(e.getMessage());
    }
    Answer answer = own.scan.answer(own.buffer, length);
    return answer != null ? answer : ordinary(own.ordinary, own.buffer, length);
  }

  @Override
  public InputStream stream(Answer answer) {
    throw new UnsupportedOperationException("requests are read only");
  }

  /** The answer by way of a message. */
  static Answer ordinary(Evaluations evaluations, byte[] bytes, int length) {
    try {
      var input = CodedInputStream.newInstance(bytes, 0, length);
      return evaluations.evaluate(EvaluateRequest.parseFrom(input)).answer();
    } catch (InvalidProtocolBufferException e) {
      return malformed(e.getMessage());
    } catch (IOException e) {
      throw new IllegalStateException("an array is read without I/O", e);
    } catch (ApiException e) {
      return Refusal.of(e);
    }
  }

  private static Refusal tooLarge() {
    String limit = RequestLimits.REQUEST_BYTES_MAX + " bytes";
    return Refusal.of(ApiErrors.requestTooLarge("request", "more than " + limit, limit));
  }

  private static Refusal malformed(@Nullable String reason) {
    return Refusal.of(ApiErrors.invalidRequest("", "bytes that are no message (" + reason + ")"));
  }
}
