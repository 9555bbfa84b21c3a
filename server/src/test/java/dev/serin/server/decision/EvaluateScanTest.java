package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.RecordedExposures;
import dev.serin.server.outcome.RecordedExposures.Recorded;
import dev.serin.v1.EvaluateRequest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluateScanTest {
  private static final long SEED = 20_261_120;
  private static final int REQUESTS = 100_000;
  private static final long NOW_MILLIS = 1_795_000_000_000L;

  private final HeldSnapshots snapshots = new HeldSnapshots();
  private final AtomicLong random = new AtomicLong();
  private final CallInputs inputs = new CallInputs(() -> NOW_MILLIS, random::get);
  private final RecordedExposures fastExposures = new RecordedExposures();
  private final RecordedExposures slowExposures = new RecordedExposures();
  private final EvaluateScan scan = new EvaluateScan(snapshots, inputs, fastExposures);
  private final Evaluations ordinary = new Evaluations(snapshots, inputs, slowExposures);

  @BeforeEach
  void load() {
    snapshots.put("default", 3, SampleDocuments.all());
    snapshots.put("other", 7, SampleDocuments.all().subList(0, 2));
  }

  @Test
  void scan_anyBytes_answersAsTheOrdinaryWayOrLeavesItToIt() {
    var requests = new RandomRequests(SEED);
    int taken = 0;
    int exposed = 0;
    for (int i = 0; i < REQUESTS; i++) {
      byte[] bytes = requests.bytes();
      random.set(i * 0x9e3779b97f4a7c15L);
      Answer fast = scan.answer(padded(bytes), bytes.length);
      if (fast != null) {
        taken++;
        assertSame(i, bytes, fast, EvaluateMarshaller.ordinary(ordinary, bytes, bytes.length));
        List<Recorded> recorded = fastExposures.taken();
        assertThat(slowExposures.taken()).as("exposures of request %d", i).isEqualTo(recorded);
        exposed += recorded.size();
      } else {
        assertThat(fastExposures.taken()).as("exposures of request %d", i).isEmpty();
      }
    }
    assertThat(exposed).as("exposures").isBetween(REQUESTS / 100, taken - REQUESTS / 100);
    assertThat(taken).as("requests the scan answers itself").isGreaterThan(REQUESTS / 6);
  }

  @Test
  void scan_everyWellFormedRequestThatSucceeds_isTaken() {
    var requests = new RandomRequests(SEED + 1);
    int succeeded = 0;
    for (int i = 0; i < REQUESTS / 4; i++) {
      EvaluateRequest request = requests.next();
      byte[] bytes = request.toByteArray();
      Answer slow = EvaluateMarshaller.ordinary(ordinary, bytes, bytes.length);
      if (!(slow instanceof Refusal) && !hasObject(request)) {
        succeeded++;
        assertThat(scan.answer(padded(bytes), bytes.length)).as("request %s", request).isNotNull();
      }
    }
    assertThat(succeeded).isGreaterThan(REQUESTS / 16);
  }

  /** Objects, and lists in lists, are left to the ordinary way. */
  private static boolean hasObject(EvaluateRequest request) {
    return request.getAttributes().getFieldsMap().values().stream()
        .anyMatch(
            value ->
                value.hasStructValue()
                    || value.getListValue().getValuesList().stream()
                        .anyMatch(element -> element.hasListValue() || element.hasStructValue()));
  }

  /** Bytes of an earlier call behind the message: a reader that goes beyond its end reads them. */
  private static byte[] padded(byte[] bytes) {
    byte[] buffer = Arrays.copyOf(bytes, bytes.length + 64);
    Arrays.fill(buffer, bytes.length, buffer.length, (byte) 0x0a);
    return buffer;
  }

  private static void assertSame(int number, byte[] bytes, Answer fast, Answer slow) {
    String request = "request " + number + ": " + HexFormat.of().formatHex(bytes);
    assertThat(slow).as(request).isNotInstanceOf(Refusal.class).hasSameClassAs(fast);
    assertThat(sent(fast)).as(request).isEqualTo(sent(slow));
  }

  private static byte[] sent(Answer answer) {
    return switch (answer) {
      case ServedDecision served -> served.bytes();
      case DrawnDecision drawn -> drawn.bytes();
      case Refusal refusal -> throw new AssertionError(refusal.status());
    };
  }
}
