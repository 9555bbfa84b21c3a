package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.server.outcome.RecordedExposures;
import dev.serin.v1.Arm;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.ExplainStep;
import dev.serin.v1.FeatureDecision;
import dev.serin.v1.Reason;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Treatments of runs that nobody has confirmed for too long: a rollback counts a silent replica as
 * one that serves the control, so every way to decide has to.
 */
class StaleDecisionsTest {
  private static final long STALE_AFTER_MILLIS = 60_000;
  private static final long NOW_MILLIS = 1_795_000_000_000L;
  private static final CallInputs INPUTS = new CallInputs(() -> NOW_MILLIS, () -> 77);

  /** Enough that either arm has some. */
  private static final int USERS = 40;

  private static final String DOCUMENTS =
      """
      { "feature": { "key": "moved", "defaultVariant": "off",
          "variants": [ { "key": "off", "value": false }, { "key": "on", "value": true } ],
          "splits": [ { "id": "half", "salt": "s", "bucketing": "BUCKETING_XXH3_MIX64",
              "weights": [ { "variant": "off", "weight": 50 }, { "variant": "on", "weight": 50 } ]
          } ],
          "defaultRule": { "split": "half" } } }
      ---
      { "feature": { "key": "fixed", "defaultVariant": "off",
          "variants": [ { "key": "off", "value": false }, { "key": "on", "value": true } ],
          "splits": [ { "id": "half", "salt": "s", "bucketing": "BUCKETING_XXH3_MIX64",
              "weights": [ { "variant": "off", "weight": 50 }, { "variant": "on", "weight": 50 } ]
          } ],
          "defaultRule": { "split": "half" } } }
      """;

  private final HeldSnapshots snapshots = new HeldSnapshots();
  private final RecordedExposures exposures = new RecordedExposures();
  private final EvaluateScan scan = new EvaluateScan(snapshots, INPUTS, exposures);
  private final DecisionServiceAdapter service =
      new DecisionServiceAdapter(snapshots, INPUTS, exposures);

  @BeforeEach
  void load() {
    serve(STALE_AFTER_MILLIS);
  }

  private void serve(long staleAfterMillis) {
    LiveRun run =
        new LiveRun(
            "half", "r-1", 2, "on", "off", 60, 100, true, RunPhase.RUNNING, staleAfterMillis);
    snapshots.put("default", 3, SampleDocuments.parse(DOCUMENTS), Map.of("moved", run));
  }

  /** A way to decide; it answers one user for the feature that a run moves. */
  private interface Way {
    EvaluateResponse decide(String user) throws Exception;
  }

  private Map<String, Way> ways() {
    return Map.of(
        "Evaluate by its bytes",
        user -> scanned(request("moved", user)),
        "Evaluate by a message",
        user -> served(request("moved", user)),
        "EvaluateAll",
        user -> all(user, "moved"));
  }

  private static EvaluateRequest request(String feature, String user) {
    return EvaluateRequest.newBuilder().setFeature(feature).setUserKey(user).build();
  }

  private EvaluateResponse scanned(EvaluateRequest request) throws Exception {
    byte[] bytes = request.toByteArray();
    return switch (scan.answer(bytes, bytes.length)) {
      case ServedDecision served -> EvaluateResponse.parseFrom(served.bytes());
      case DrawnDecision drawn -> throw new AssertionError(drawn);
      case Refusal refusal -> throw new AssertionError(refusal.status());
      case null -> throw new AssertionError("left to the ordinary way");
    };
  }

  private EvaluateResponse served(EvaluateRequest request) {
    Kept<EvaluateResponse> kept = new Kept<>();
    service.evaluate(request, kept);
    return kept.answers.getFirst();
  }

  private EvaluateResponse all(String user, String feature) {
    Kept<EvaluateAllResponse> kept = new Kept<>();
    service.evaluateAll(EvaluateAllRequest.newBuilder().setUserKey(user).build(), kept);
    return kept.answers.getFirst().getDecisionsList().stream()
        .filter(decision -> decision.getFeature().equals(feature))
        .map(FeatureDecision::getDecision)
        .findFirst()
        .orElseThrow();
  }

  private ExplainResponse explained(String user) {
    Kept<ExplainResponse> kept = new Kept<>();
    service.explain(ExplainRequest.newBuilder().setFeature("moved").setUserKey(user).build(), kept);
    return kept.answers.getFirst();
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

  private static List<String> users() {
    List<String> users = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      users.add("user-" + i);
    }
    return users;
  }

  /** Those that the run gives the treatment while its state is fresh. */
  private List<String> treated() {
    snapshots.silentFor(0);
    List<String> treated =
        users().stream()
            .filter(user -> served(request("moved", user)).getVariant().equals("on"))
            .toList();
    assertThat(treated).as("users of the treatment").hasSizeBetween(1, USERS - 1);
    return treated;
  }

  @Test
  void treatment_confirmedJustInTime_isServed() throws Exception {
    List<String> treated = treated();
    for (long silentMillis : List.of(0L, STALE_AFTER_MILLIS - 1, STALE_AFTER_MILLIS)) {
      snapshots.silentFor(silentMillis);
      for (Map.Entry<String, Way> way : ways().entrySet()) {
        for (String user : users()) {
          EvaluateResponse answer = way.getValue().decide(user);
          assertThat(answer.getVariant())
              .as("%s, %d ms, %s", way.getKey(), silentMillis, user)
              .isEqualTo(treated.contains(user) ? "on" : "off");
          assertThat(answer.getReason()).isEqualTo(Reason.REASON_SPLIT);
        }
      }
      assertThat(explained(treated.getFirst()).getDecision().getReason())
          .isEqualTo(Reason.REASON_SPLIT);
    }
  }

  @Test
  void treatment_confirmedTooLongAgo_isTheControlAndStale() throws Exception {
    List<String> treated = treated();
    for (long silentMillis : List.of(STALE_AFTER_MILLIS + 1, Long.MAX_VALUE)) {
      snapshots.silentFor(silentMillis);
      for (Map.Entry<String, Way> way : ways().entrySet()) {
        for (String user : users()) {
          EvaluateResponse answer = way.getValue().decide(user);
          String as = way.getKey() + ", " + silentMillis + " ms, " + user;
          assertThat(answer.getVariant()).as(as).isEqualTo("off");
          assertThat(answer.getReason())
              .as(as)
              .isEqualTo(treated.contains(user) ? Reason.REASON_STALE : Reason.REASON_SPLIT);
        }
      }
    }
  }

  @Test
  void explain_confirmedTooLongAgo_saysSo() {
    String user = treated().getFirst();
    snapshots.silentFor(STALE_AFTER_MILLIS + 1);

    ExplainResponse answer = explained(user);

    assertThat(answer.getDecision().getVariant()).isEqualTo("off");
    assertThat(answer.getDecision().getReason()).isEqualTo(Reason.REASON_STALE);
    assertThat(answer.getArm()).isEqualTo(Arm.ARM_NONE);
    assertThat(answer.getStepsList())
        .extracting(ExplainStep::getDetail)
        .contains("variant 'off' is served: nothing was heard of the run for too long");
  }

  /** Nobody was given what the draw says: it is evidence for no arm. */
  @Test
  void evaluate_stale_isNoExposure() throws Exception {
    String user = treated().getFirst();
    exposures.taken();

    scanned(request("moved", user));
    served(request("moved", user));
    assertThat(exposures.taken()).hasSize(2);

    snapshots.silentFor(STALE_AFTER_MILLIS + 1);
    scanned(request("moved", user));
    served(request("moved", user));
    assertThat(exposures.taken()).isEmpty();
  }

  /** Only the treatment of a run goes stale: documents are served for as long as it takes. */
  @Test
  void feature_withoutARun_isServedHoweverLongTheSilence() throws Exception {
    for (String user : users()) {
      snapshots.silentFor(0);
      EvaluateResponse fresh = served(request("fixed", user));

      snapshots.silentFor(Long.MAX_VALUE);
      assertThat(scanned(request("fixed", user))).isEqualTo(fresh);
      assertThat(served(request("fixed", user))).isEqualTo(fresh);
      assertThat(all(user, "fixed")).isEqualTo(fresh);
    }
  }

  @Test
  void treatment_ofARunThatIsNeverStale_isServedHoweverLongTheSilence() throws Exception {
    serve(LiveRun.NEVER_STALE);
    String user = treated().getFirst();

    snapshots.silentFor(Long.MAX_VALUE);

    for (Map.Entry<String, Way> way : ways().entrySet()) {
      assertThat(way.getValue().decide(user).getVariant()).as(way.getKey()).isEqualTo("on");
    }
    assertThat(explained(user).getDecision().getVariant()).isEqualTo("on");
  }

  @Test
  void silence_thatEnds_isTheTreatmentAgain() throws Exception {
    String user = treated().getFirst();
    for (Map.Entry<String, Way> way : ways().entrySet()) {
      EvaluateResponse fresh = way.getValue().decide(user);
      snapshots.silentFor(STALE_AFTER_MILLIS + 1);
      assertThat(way.getValue().decide(user)).as(way.getKey()).isNotEqualTo(fresh);
      snapshots.silentFor(0);
      assertThat(way.getValue().decide(user)).as(way.getKey()).isEqualTo(fresh);
    }
  }

  /** An older snapshot that pages are kept of is as silent as its namespace is now. */
  @Test
  void evaluateAll_secondPageOfAKeptSnapshot_isStaleToo() {
    EvaluateAllRequest.Builder request =
        EvaluateAllRequest.newBuilder().setUserKey(treated().getFirst()).setPageSize(1);
    Kept<EvaluateAllResponse> first = new Kept<>();
    service.evaluateAll(request.build(), first);
    // Without a run: what is served now has nothing that goes stale.
    snapshots.put("default", 4, SampleDocuments.parse(DOCUMENTS));
    snapshots.silentFor(STALE_AFTER_MILLIS + 1);

    Kept<EvaluateAllResponse> second = new Kept<>();
    service.evaluateAll(
        request.setPageToken(first.answers.getFirst().getNextPageToken()).build(), second);

    assertThat(second.answers.getFirst().getRevision()).isEqualTo(3);
    FeatureDecision decision = second.answers.getFirst().getDecisions(0);
    assertThat(decision.getFeature()).isEqualTo("moved");
    assertThat(decision.getDecision().getReason()).isEqualTo(Reason.REASON_STALE);
    assertThat(decision.getDecision().getVariant()).isEqualTo("off");
  }

  /** Nobody confirms a namespace that went between two looks at it. */
  @Test
  void namespace_thatGoesWhileItIsDecided_isStale() {
    String user = treated().getFirst();
    AtomicInteger looks = new AtomicInteger();
    ServedSnapshots going =
        new ServedSnapshots() {
          @Override
          public @Nullable Place place(String namespace) {
            return looks.getAndIncrement() == 0 ? snapshots.place(namespace) : null;
          }

          @Override
          public Set<String> namespaces() {
            return snapshots.namespaces();
          }

          @Override
          public boolean ready() {
            return snapshots.ready();
          }
        };

    EvaluateResponse answer =
        new Evaluations(going, INPUTS, exposures).evaluate(request("moved", user)).response();

    assertThat(looks).hasValue(2);
    assertThat(answer.getReason()).isEqualTo(Reason.REASON_STALE);
  }
}
