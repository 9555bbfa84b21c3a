package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.management.ThreadMXBean;
import dev.serin.engine.Bucketing;
import dev.serin.engine.DecisionToken;
import dev.serin.server.outcome.ExposureRecorder;
import dev.serin.server.outcome.Exposures;
import dev.serin.server.outcome.RecordedExposures;
import dev.serin.server.outcome.RecordedExposures.Recorded;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.Reason;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExposuresOfCallsTest {
  /** Times that it is measured at most until nothing is allocated. */
  private static final int TRIES = 5;

  private static final CallInputs INPUTS = new CallInputs(() -> 1_795_000_000_000L, () -> 77);

  private final HeldSnapshots snapshots = new HeldSnapshots();
  private final RecordedExposures exposures = new RecordedExposures();
  private final EvaluateScan scan = new EvaluateScan(snapshots, INPUTS, exposures);
  private final DecisionServiceAdapter service =
      new DecisionServiceAdapter(snapshots, INPUTS, exposures);

  @BeforeEach
  void load() {
    snapshots.put("default", 3, SampleDocuments.all());
  }

  private static EvaluateRequest.Builder byAccount(String account) {
    return EvaluateRequest.newBuilder()
        .setFeature("by-account")
        .setUserKey("ada")
        .setAttributes(
            Struct.newBuilder()
                .putFields("account", Value.newBuilder().setStringValue(account).build()));
  }

  /** Keeps what a call answers. */
  private static final class Kept<T> implements StreamObserver<T> {
    private final List<T> answers = new ArrayList<>();

    @Override
    public void onNext(T answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onCompleted() {}
  }

  /** Answers on the way of an event loop: by the bytes. */
  private EvaluateResponse scanned(EvaluateRequest request) throws Exception {
    byte[] bytes = request.toByteArray();
    return switch (scan.answer(bytes, bytes.length)) {
      case ServedDecision served -> EvaluateResponse.parseFrom(served.bytes());
      case DrawnDecision drawn -> EvaluateResponse.parseFrom(drawn.bytes());
      case Refusal refusal -> throw new AssertionError(refusal.status());
      case null -> throw new AssertionError("left to the ordinary way");
    };
  }

  /** Answers on the way of JSON: by a message. */
  private EvaluateResponse served(EvaluateRequest request) {
    Kept<EvaluateResponse> kept = new Kept<>();
    service.evaluate(request, kept);
    return kept.answers.getFirst();
  }

  @Test
  void evaluate_counts_oneExposurePerCall() throws Exception {
    for (int i = 0; i < 20; i++) {
      EvaluateRequest request = byAccount("account-" + i).build();

      EvaluateResponse answer = scanned(request);

      Recorded recorded = only(exposures.taken());
      DecisionToken token = DecisionToken.decode(answer.getDecisionToken());
      assertThat(recorded.place())
          .isEqualTo(
              new Place(
                  "default",
                  "by-account",
                  "half",
                  "",
                  token.period(),
                  0,
                  Arm.ARM_SPLIT,
                  answer.getVariant(),
                  false,
                  "account"));
      // As outcomes name it: by the value of the split's unit.
      assertThat(recorded.unit()).isEqualTo(Bucketing.hash("account-" + i));
      assertThat(served(request)).isEqualTo(answer);
      assertThat(only(exposures.taken())).isEqualTo(recorded);
    }
  }

  private static Recorded only(List<Recorded> recorded) {
    assertThat(recorded).hasSize(1);
    return recorded.getFirst();
  }

  @Test
  void evaluate_callAsUnit_countsWithoutUnit() throws Exception {
    EvaluateRequest request = EvaluateRequest.newBuilder().setFeature("lottery").build();

    assertThat(scanned(request).getDecisionId()).isNotEmpty();

    Recorded recorded = only(exposures.taken());
    assertThat(recorded.place().unit()).isEmpty();
    assertThat(recorded.unit()).isZero();
    assertThat(served(request).getDecisionId()).isNotEmpty();
    assertThat(only(exposures.taken())).isEqualTo(recorded);
  }

  @Test
  void evaluate_answerWithoutSplit_countsNone() throws Exception {
    // An override, a default, and a split whose unit is missing.
    for (EvaluateRequest.Builder request :
        List.of(
            EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("qa"),
            EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("nobody"),
            EvaluateRequest.newBuilder().setFeature("by-account").setUserKey("ada"))) {
      scanned(request.build());
      served(request.build());
    }

    assertThat(exposures.taken()).isEmpty();
  }

  @Test
  void evaluate_recordExposureFalse_countsNone() throws Exception {
    EvaluateRequest probe = byAccount("acme").setRecordExposure(false).build();

    scanned(probe);
    served(probe);
    assertThat(exposures.taken()).isEmpty();

    EvaluateRequest stated = byAccount("acme").setRecordExposure(true).build();
    scanned(stated);
    served(stated);
    assertThat(exposures.taken()).hasSize(2);
  }

  @Test
  void evaluateAllAndExplain_countNone() {
    EvaluateRequest request = byAccount("acme").build();
    Kept<EvaluateAllResponse> all = new Kept<>();
    Kept<ExplainResponse> explained = new Kept<>();

    service.evaluateAll(
        EvaluateAllRequest.newBuilder()
            .setUserKey(request.getUserKey())
            .setAttributes(request.getAttributes())
            .build(),
        all);
    service.explain(
        ExplainRequest.newBuilder()
            .setFeature(request.getFeature())
            .setUserKey(request.getUserKey())
            .setAttributes(request.getAttributes())
            .build(),
        explained);

    assertThat(all.answers.getFirst().getDecisionsList())
        .filteredOn(decision -> decision.getFeature().equals("by-account"))
        .extracting(decision -> decision.getDecision().getReason())
        .containsExactly(Reason.REASON_SPLIT);
    assertThat(explained.answers.getFirst().getArm()).isEqualTo(Arm.ARM_SPLIT);
    assertThat(exposures.taken()).isEmpty();
  }

  /** With room in the ring, and without. */
  @Test
  void evaluate_withRing_allocatesNothingMore() {
    ExposureRecorder ring = new Exposures(InstantSource.system()).ofThread();
    EvaluateScan recording = new EvaluateScan(snapshots, INPUTS, ring);
    byte[] probe = byAccount("acme").setRecordExposure(false).build().toByteArray();
    byte[] exposed = byAccount("acme").setRecordExposure(true).build().toByteArray();
    allocatedBy(recording, probe);
    allocatedBy(recording, exposed);

    assertThat(leastAllocatedBy(recording, probe)).isZero();
    // More than a ring holds, so that the last ones are dropped.
    for (int i = 0; i < 10; i++) {
      assertThat(leastAllocatedBy(recording, exposed)).isZero();
    }
  }

  /**
   * Where a method becomes hot the thread that calls it makes the texts of its class, once, for the
   * compiler: what allocates by itself does so each time.
   */
  private static long leastAllocatedBy(EvaluateScan scan, byte[] request) {
    long least = allocatedBy(scan, request);
    for (int i = 1; i < TRIES && least > 0; i++) {
      least = Math.min(least, allocatedBy(scan, request));
    }
    return least;
  }

  private static long allocatedBy(EvaluateScan scan, byte[] request) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      if (scan.answer(request, request.length) == null) {
        throw new AssertionError("left to the ordinary way");
      }
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
