package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.outcome.TestReporter;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.store.PostgresServer;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.Outcome;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.Session;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More users than may be held, through the API of whole servers. */
class OutcomeThinningTest {
  private static final String FEATURE =
      """
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": 1 }, { "key": "new", "value": 2 } ],
          "splits": [ { "id": "main", "weights": [ { "variant": "old", "weight": 50 },
              { "variant": "new", "weight": 50 } ] } ],
          "defaultRule": { "split": "main" } } }
      """;

  private static final int MAX = 1_024;

  @TempDir Path directory;

  @Test
  void servers_withMoreUnitsThanTheyMayHold_showTheSameAndKeepHalf() throws Exception {
    String store = "--store=" + PostgresServer.shared().freshDatabase();
    String units = "--outcome-units=" + MAX;
    try (RunningServer one = RunningServer.start(directory.resolve("1"), store, units);
        RunningServer two = RunningServer.start(directory.resolve("2"), store, units)) {
      one.apply(FEATURE);
      String token =
          one.decisions()
              .evaluate(
                  EvaluateRequest.newBuilder().setFeature("checkout").setUserKey("ada").build())
              .getDecisionToken();
      report(one, token, 0, 700);
      report(two, token, 600, 1_200);

      Await.until("thinned", () -> level(one) == 1 && level(two) == 1);
      report(two, token, 2_000, 2_400);
      Await.until("followed", () -> known(one).equals(known(two)));

      try (RunningServer three = RunningServer.start(directory.resolve("3"), store, units)) {
        Await.until("loaded", () -> known(three).equals(known(one)));
      }
      assertThat(one.look(MergedView::unitCount)).isCloseTo(800, within(120));
      assertThat(one.get("/metrics").body())
          .contains("serin_outcome_thinning_level 1.0")
          .containsPattern("serin_outcome_units [1-9]")
          .containsPattern("serin_outcome_view_bytes [1-9]");
      // Sums are whole.
      assertThat(one.countedOutcomes()).isEqualTo(700 + 600 + 400);
      assertThat(one.unlistedErrors()).isEmpty();
    }
  }

  private static void report(RunningServer server, String token, int from, int until)
      throws Exception {
    Outcome[] outcomes = new Outcome[until - from];
    Arrays.setAll(
        outcomes,
        i -> Outcome.newBuilder().setDecisionToken(token).setUnitKey("user-" + (from + i)).build());
    new TestReporter(server.channel())
        .send(
            ReportOutcomeRequest.newBuilder()
                .setSession(
                    Session.newBuilder()
                        .setProducer("test")
                        .setSession(UUID.randomUUID().toString())
                        .setAttempt(1))
                .setFirstSequence(1)
                .addAllOutcomes(List.of(outcomes))
                .build())
        .awaitCommitted(outcomes.length);
  }

  private static int level(RunningServer server) throws Exception {
    return server.look(view -> view.thinning().level());
  }

  private static List<Object> known(RunningServer server) throws Exception {
    return server.look(
        view ->
            List.of(
                Arrays.hashCode(DeltaCodec.encode(view.toDelta())),
                view.places("default", "checkout").stream()
                    .map(place -> view.units(place).userCount())
                    .toList()));
  }
}
