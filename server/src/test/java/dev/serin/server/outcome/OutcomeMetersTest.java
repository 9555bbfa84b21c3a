package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.EvaluationContext;
import dev.serin.engine.Snapshot;
import dev.serin.server.Await;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.v1.Arm;
import dev.serin.v1.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutcomeMetersTest {
  private OutcomeServer server;

  @BeforeEach
  void start() throws Exception {
    server = new OutcomeServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private double meter(String name) {
    return server
        .metrics
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private Outcome.Builder outcome(String variant, String unit) {
    return Outcome.newBuilder()
        .setDecisionToken(server.snapshots.token("checkout", Arm.ARM_SPLIT, variant))
        .setUnitKey(unit)
        .putValues("bought", 1);
  }

  /** What the feature serves a user. */
  private String served(String unit) {
    Snapshot snapshot = Objects.requireNonNull(server.snapshots.get("default"));
    EvaluationContext context = new EvaluationContext();
    context.begin(snapshot, OutcomeServer.NOW, 0, 0);
    context.userKey(unit);
    return Objects.requireNonNull(snapshot.feature("checkout")).evaluate(context).variant();
  }

  @Test
  void unitMismatches_unitsDrawnForAnotherVariant_areSeenAndCountedWhereTheTokenSays()
      throws Exception {
    Outcome[] outcomes = new Outcome[200];
    int others = 0;
    for (int i = 0; i < outcomes.length; i++) {
      String unit = "user-" + i;
      others += served(unit).equals("new") ? 0 : 1;
      outcomes[i] = outcome("new", unit).build();
    }
    assertThat(others).isBetween(60, 140);

    server.report().open(1, outcomes).awaitCommitted(outcomes.length);

    assertThat(meter("serin_outcome_unit_mismatches_total")).isEqualTo(others);
    assertThat(meter("serin_outcomes_counted_total")).isEqualTo(outcomes.length);
    long ofNew =
        server
            .aggregator
            .ask(
                view ->
                    view.keys().stream()
                        .filter(key -> key.equals(CellKey.outcomes(key.place())))
                        .filter(key -> key.place().variant().equals("new"))
                        .mapToLong(key -> view.cell(key).orElseThrow().count())
                        .sum())
            .join();
    assertThat(ofNew).isEqualTo(outcomes.length);
  }

  @Test
  void unitMismatches_whereTheKeyDoesNotDecide_areNone() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String unit = "user-" + i;
      // By a rule, by the call, and without token.
      outcomes.add(
          outcome("new", unit)
              .setDecisionToken(server.snapshots.token("checkout", Arm.ARM_NONE, "new"))
              .build());
      outcomes.add(
          outcome("new", "0123456789abcde" + i % 10)
              .setDecisionToken(server.snapshots.token("lottery", Arm.ARM_SPLIT, "win"))
              .build());
      outcomes.add(
          Outcome.newBuilder().setFeature("plain").setUnitKey(unit).putValues("bought", 1).build());
    }

    server.report().open(1, outcomes.toArray(Outcome[]::new)).awaitCommitted(outcomes.size());

    assertThat(meter("serin_outcomes_counted_total")).isEqualTo(outcomes.size());
    assertThat(meter("serin_outcome_unit_mismatches_total")).isZero();
  }

  @Test
  void flushAge_outcomeThatWaits_growsUntilItIsDurable() throws Exception {
    assertThat(meter("serin_outcome_flush_age_seconds")).isZero();
    // Nothing was flushed yet.
    assertThat(server.metrics.scrape()).doesNotContain("\nserin_outcome_last_flush_age_seconds ");
    server.sessions.hold(true);
    server.report().send(0, outcome("new", "ada").build());
    Await.until("an age", () -> meter("serin_outcome_flush_age_seconds") > 0.05);
    double first = meter("serin_outcome_flush_age_seconds");
    Await.until("an older one", () -> meter("serin_outcome_flush_age_seconds") > first);
    assertThat(meter("serin_outcome_streams")).isEqualTo(1);

    server.sessions.hold(false);

    Await.until("durable", () -> meter("serin_outcome_flush_age_seconds") == 0);
    assertThat(server.counted()).isEqualTo(1);
  }
}
