package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExposureState;
import dev.serin.v1.GetTimeSeriesRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.TimeSlot;
import dev.serin.v1.VariantSummary;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exposures of a running server, from the call to the report. */
class ExposuresServedTest {
  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old", "type": "VALUE_TYPE_BOOL",
          "variants": [ { "key": "old", "value": false }, { "key": "new", "value": true } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 70 },
              { "variant": "new", "weight": 30 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;

  private static final String METRIC =
      """
      { "metric": { "key": "bought", "kind": "METRIC_KIND_EVENT",
          "better": "BETTER_DIRECTION_HIGHER" } }
      """;

  private static final int USERS = 300;

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    server.apply(FEATURE, METRIC);
    awaitLoaded();
  }

  @AfterEach
  void stop() {
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
  }

  /** Until what was counted before the start is loaded, nobody is told what was. */
  private void awaitLoaded() throws Exception {
    assertThat(server.countedOutcomes()).isZero();
  }

  private AnalysisServiceBlockingStub analysis() {
    return AnalysisServiceGrpc.newBlockingStub(server.channel());
  }

  private CompareVariantsResponse compared() {
    return analysis()
        .compareVariants(CompareVariantsRequest.newBuilder().setFeature("checkout").build());
  }

  /** Evaluates users, half of them twice, the last ten as JSON; says who got what. */
  private Map<String, String> evaluate() throws Exception {
    Map<String, String> variants = new HashMap<>();
    for (int i = 0; i < USERS; i++) {
      String user = "user-" + i;
      EvaluateRequest request =
          EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user).build();
      variants.put(user, server.decisions().evaluate(request).getVariant());
      if (i % 2 == 0) {
        server.decisions().evaluate(request);
      }
    }
    for (int i = USERS; i < USERS + 10; i++) {
      String user = "user-" + i;
      String answer =
          server
              .post(
                  "/serin.v1.DecisionService/Evaluate",
                  "{\"feature\": \"checkout\", \"userKey\": \"" + user + "\"}")
              .body();
      variants.put(user, answer.contains("\"variant\":\"new\"") ? "new" : "old");
    }
    return variants;
  }

  private static long served(Map<String, String> variants, String variant) {
    return variants.values().stream().filter(variant::equals).count();
  }

  private long exposedUsers() {
    return compared().getSummariesList().stream().mapToLong(VariantSummary::getExposedUsers).sum();
  }

  private void awaitExposed(int users) throws Exception {
    Await.until("exposures of " + users, () -> exposedUsers() == users);
  }

  /** They are in the view a moment before the meter has them, and never fewer again. */
  private void awaitCounted(int exposures) throws Exception {
    Await.until("counted", () -> server.meter("serin_exposures_counted_total") >= exposures);
    assertThat(server.meter("serin_exposures_counted_total")).isEqualTo(exposures);
  }

  @Test
  void evaluate_distinctUsers_areComparedAndChartedAsTheyWereServed() throws Exception {
    assertThat(compared().getExposures()).isEqualTo(ExposureState.EXPOSURE_STATE_NONE);

    Map<String, String> variants = evaluate();
    awaitExposed(variants.size());

    CompareVariantsResponse response = compared();
    assertThat(response.getExposures()).isEqualTo(ExposureState.EXPOSURE_STATE_COUNTED);
    assertThat(response.getLeakedUsers()).isZero();
    assertThat(response.getSummariesList()).hasSize(2);
    for (VariantSummary summary : response.getSummariesList()) {
      long served = served(variants, summary.getVariant());
      assertThat(served).isPositive();
      assertThat(summary.getExposedUsers()).as(summary.getVariant()).isEqualTo(served);
      assertThat(summary.getUsers()).isEqualTo(served);
      assertThat(summary.getUserShare()).isZero();
    }
    List<TimeSlot> slots =
        analysis()
            .getTimeSeries(GetTimeSeriesRequest.newBuilder().setFeature("checkout").build())
            .getSlotsList();
    assertThat(slots.stream().mapToLong(TimeSlot::getDecisions).sum())
        .isEqualTo(USERS + USERS / 2 + 10);
    assertThat(slots)
        .allSatisfy(
            slot -> assertThat(slot.getDecisionsPerSecond()).isEqualTo(slot.getDecisions() / 10.0));
    awaitCounted(460);
    assertThat(server.meter("serin_exposures_dropped_total")).isZero();
  }

  @Test
  void outcomes_besideExposures_areOfTheSameUsers() throws Exception {
    Map<String, String> variants = evaluate();
    // Some who were exposed buy, and some of whom nobody has asked anything.
    var batch = ReportOutcomeBatchRequest.newBuilder();
    for (int i = 0; i < 50; i++) {
      for (String user : List.of("user-" + i, "stranger-" + i)) {
        batch.addOutcomes(
            Outcome.newBuilder().setFeature("checkout").setUnitKey(user).putValues("bought", 1));
      }
    }
    var answer =
        OutcomeServiceGrpc.newBlockingStub(server.channel()).reportOutcomeBatch(batch.build());
    assertThat(answer.getRefusalsList()).isEmpty();
    awaitExposed(variants.size());

    CompareVariantsResponse response = compared();

    long users = 0;
    for (VariantSummary summary : response.getSummariesList()) {
      assertThat(summary.getExposedUsers()).isEqualTo(served(variants, summary.getVariant()));
      assertThat(summary.getUserShare())
          .isEqualTo((double) summary.getUsersWithEvent() / summary.getUsers());
      users += summary.getUsers();
    }
    assertThat(users).isEqualTo(variants.size() + 50);
    assertThat(response.getLeakedUsers()).isZero();
  }

  @Test
  void probesEvaluateAllAndExplain_onAServer_exposeNobody() throws Exception {
    server
        .decisions()
        .evaluate(
            EvaluateRequest.newBuilder()
                .setFeature("checkout")
                .setUserKey("probe")
                .setRecordExposure(false)
                .build());
    server.decisions().evaluateAll(EvaluateAllRequest.newBuilder().setUserKey("all").build());
    server
        .decisions()
        .explain(ExplainRequest.newBuilder().setFeature("checkout").setUserKey("why").build());
    server
        .decisions()
        .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("ada").build());

    // Whatever the others had recorded would be in the same flush, or in one before.
    awaitExposed(1);
    awaitCounted(1);
  }

  /** What was recorded until the last moment is durable when a server has stopped. */
  @Test
  void close_exposuresOfTheLastMoment_areThereAfterTheNextStart() throws Exception {
    Map<String, String> variants = evaluate();

    server.close();
    server = RunningServer.start(directory);

    awaitLoaded();
    for (VariantSummary summary : compared().getSummariesList()) {
      assertThat(summary.getExposedUsers()).isEqualTo(served(variants, summary.getVariant()));
    }
  }
}
