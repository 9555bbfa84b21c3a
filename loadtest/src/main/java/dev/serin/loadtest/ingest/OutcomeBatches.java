package dev.serin.loadtest.ingest;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.serin.v1.Outcome;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Messages of a stream, encoded but for their sequence, so that the client costs little. Each
 * outcome has three values: a latency, an error that happens to one in a hundred, a conversion that
 * happens to one in thirty.
 */
final class OutcomeBatches {
  static final String LATENCY = "latency";
  static final String ERROR = "error";
  static final String CONVERSION = "conversion";

  /** Different batches: their users together are what a server sees in some minutes. */
  private static final int BATCHES = 512;

  private final List<ByteString> outcomes = new ArrayList<>();
  private final int size;

  /**
   * Prepares batches.
   *
   * @param tokens decision tokens, taken in turn
   * @param size outcomes in each
   * @param users how many different users they are of
   */
  OutcomeBatches(List<String> tokens, int size, int users, long seed) {
    this.size = size;
    SplittableRandom random = new SplittableRandom(seed);
    for (int batch = 0; batch < BATCHES; batch++) {
      var request = ReportOutcomeRequest.newBuilder();
      for (int i = 0; i < size; i++) {
        int user = random.nextInt(users);
        request.addOutcomes(
            Outcome.newBuilder()
                .setDecisionToken(tokens.get(user % tokens.size()))
                .setUnitKey("user-" + user)
                .putValues(LATENCY, Math.exp(4 + random.nextGaussian() / 2))
                .putValues(ERROR, random.nextInt(100) == 0 ? 1 : 0)
                .putValues(CONVERSION, random.nextInt(30) == 0 ? 1 : 0));
      }
      outcomes.add(request.build().toByteString());
    }
  }

  int size() {
    return size;
  }

  /** The message that opens a stream. */
  static byte[] opening(String producer, String session) {
    return ReportOutcomeRequest.newBuilder()
        .setSession(Session.newBuilder().setProducer(producer).setSession(session))
        .setFirstSequence(1)
        .build()
        .toByteArray();
  }

  /** The message with this first sequence. */
  byte[] message(long firstSequence) {
    ByteString batch = outcomes.get((int) (firstSequence / size % BATCHES));
    int header =
        CodedOutputStream.computeUInt64Size(
            ReportOutcomeRequest.FIRST_SEQUENCE_FIELD_NUMBER, firstSequence);
    byte[] message = new byte[header + batch.size()];
    try {
      var out = CodedOutputStream.newInstance(message, 0, header);
      out.writeUInt64(ReportOutcomeRequest.FIRST_SEQUENCE_FIELD_NUMBER, firstSequence);
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("an array takes what was measured", e);
    }
    batch.copyTo(message, header);
    return message;
  }
}
