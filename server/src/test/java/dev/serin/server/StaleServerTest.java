package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.server.store.PostgresServer;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Reason;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that came up without its store: what it read from its disk nobody has confirmed. */
class StaleServerTest {
  private static final String CHECKOUT =
      """
      { "feature": {
          "key": "checkout",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
          "default_variant": "off",
          "splits": [ { "id": "half", "weights": [
              { "variant": "on", "weight": 1 }, { "variant": "off", "weight": 99 } ] } ],
          "default_rule": { "split": "half" },
          "metrics": [ { "key": "errors", "kind": "METRIC_KIND_EVENT",
              "better": "BETTER_DIRECTION_LOWER" } ]
      } }
      """;

  private final PostgresServer postgres = PostgresServer.shared();
  @TempDir Path directory;

  @AfterEach
  void bringBack() {
    postgres.start();
  }

  private static Stage.Builder stage(String name, StageKind kind, int share) {
    return Stage.newBuilder()
        .setName(name)
        .setKind(kind)
        .setShare(share)
        .setDwell(Durations.fromSeconds(3_600));
  }

  private static void begin(RunningServer server) {
    var rollouts = RolloutServiceGrpc.newBlockingStub(server.channel());
    rollouts.applyRollout(
        ApplyRolloutRequest.newBuilder()
            .setRollout(
                Rollout.newBuilder()
                    .setKey("new-checkout")
                    .setFeature("checkout")
                    .setSplit("half")
                    .setTreatment("on")
                    .setControl("off")
                    .addGuardrails(Guardrail.newBuilder().setMetric("errors"))
                    .addStages(stage("most", StageKind.STAGE_KIND_EXPAND, 90))
                    .addStages(stage("all", StageKind.STAGE_KIND_FULL, 100)))
            .build());
    rollouts.startRollout(StartRolloutRequest.newBuilder().setRollout("new-checkout").build());
  }

  private RunningServer start(String store) {
    return RunningServer.start(directory, "--store=" + store);
  }

  private static EvaluateResponse evaluate(RunningServer server, String user) {
    return server
        .decisions()
        .evaluate(EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user).build());
  }

  /** A user whom the run gives the treatment, once the server serves it. */
  private static String treated(RunningServer server) throws Exception {
    AtomicReference<String> found = new AtomicReference<>("");
    Await.until(
        "the treatment for most",
        () -> {
          List<String> treated =
              IntStream.range(0, 20)
                  .mapToObj(i -> "user-" + i)
                  .filter(user -> evaluate(server, user).getVariant().equals("on"))
                  .toList();
          treated.stream().findFirst().ifPresent(found::set);
          return treated.size() > 10;
        });
    return found.get();
  }

  @Test
  void start_withoutStore_servesTheControlOfARunAsStaleOnEveryWay() throws Exception {
    String store = postgres.freshDatabase();
    String user;
    EvaluateResponse fresh;
    try (RunningServer server = start(store)) {
      server.apply(CHECKOUT);
      begin(server);
      user = treated(server);
      fresh = evaluate(server, user);
    }
    postgres.stop();

    try (RunningServer server = start(store)) {
      EvaluateResponse stale = evaluate(server, user);
      assertThat(stale.getVariant()).isEqualTo("off");
      assertThat(stale.getReason()).isEqualTo(Reason.REASON_STALE);
      assertThat(
              server
                  .post(
                      "/serin.v1.DecisionService/Evaluate",
                      "{\"feature\": \"checkout\", \"userKey\": \"" + user + "\"}")
                  .body())
          .contains("REASON_STALE");
      assertThat(
              server
                  .decisions()
                  .evaluateAll(EvaluateAllRequest.newBuilder().setUserKey(user).build())
                  .getDecisions(0)
                  .getDecision())
          .isEqualTo(stale);
      assertThat(
              server
                  .decisions()
                  .explain(
                      ExplainRequest.newBuilder().setFeature("checkout").setUserKey(user).build())
                  .getDecision())
          .isEqualTo(stale);

      postgres.start();

      Await.until("confirmed", () -> evaluate(server, user).equals(fresh));
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }
}
