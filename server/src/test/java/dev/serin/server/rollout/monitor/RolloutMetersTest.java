package dev.serin.server.rollout.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.control.RolledBack;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.Standing;
import dev.serin.server.rollout.monitor.SeenMetric.SeenEvidence;
import dev.serin.server.rollout.notice.NotifierStatus;
import dev.serin.server.telemetry.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RolloutMetersTest {
  private final Metrics metrics = new Metrics();
  private final List<SeenRun> runs = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  RolloutMetersTest() {
    new RolloutMeters(
            () -> {
              asked.incrementAndGet();
              return new SeenRollouts(
                  true,
                  2,
                  100,
                  3,
                  Optional.of(Duration.ofMillis(400)),
                  Duration.ofMillis(12),
                  runs,
                  List.of(
                      new RolledBack("shop", "new-checkout", Instant.ofEpochSecond(1_700_000_000))),
                  7,
                  new NotifierStatus(4, 5_000, 6, 8, 1));
            },
            () -> 0)
        .register(metrics);
  }

  @AfterEach
  void close() {
    metrics.close();
  }

  private List<String> scraped() {
    return metrics.scrape().lines().filter(line -> line.startsWith("serin_rollout")).toList();
  }

  private static SeenRun run(String rollout, SeenMetric... metrics) {
    return new SeenRun(
        "shop", rollout, "checkout", "run-of-" + rollout, "running", 2, .25, 40, List.of(metrics));
  }

  @Test
  void controller_andHooks_areShownFromOneLook() {
    assertThat(scraped())
        .contains(
            "serin_rollout_lease_held 1.0",
            "serin_rollouts_failing 2.0",
            "serin_rollouts_active 0.0",
            "serin_rollout_ticks_total 100.0",
            "serin_rollout_ticks_failed_total 3.0",
            "serin_rollout_tick_seconds 0.012",
            "serin_rollout_tick_age_seconds 0.4",
            "serin_rollout_gates_open 7.0",
            "serin_rollout_notifications_waiting 4.0",
            "serin_rollout_notifications_oldest_seconds 5.0",
            "serin_rollout_notifications_delivered_total 6.0",
            "serin_rollout_notifications_failed_total 8.0",
            "serin_rollout_notifications_given_up_total 1.0");
    assertThat(asked).hasValue(1);
  }

  @Test
  void rolloutThatWasRolledBack_isNamedWithItsTime() {
    assertThat(scraped())
        .contains(
            "serin_rollout_rolled_back_timestamp_seconds"
                + "{namespace=\"shop\",rollout=\"new-checkout\"} 1.7E9");
  }

  @Test
  void run_isShownWithStateAndEvidence() {
    runs.add(
        run(
            "new-checkout",
            new SeenMetric(
                "errors",
                "guardrail",
                false,
                Optional.of(new SeenEvidence(1.5, 6)),
                Optional.of(new SeenEvidence(-2, 7))),
            new SeenMetric(
                "errors",
                "circuit_breaker",
                true,
                Optional.empty(),
                Optional.of(new SeenEvidence(3, 8)))));

    String names = "feature=\"checkout\",namespace=\"shop\",rollout=\"new-checkout\"";
    assertThat(scraped())
        .contains(
            "serin_rollout_state{feature=\"checkout\",namespace=\"shop\",rollout=\"new-checkout\","
                + "run=\"run-of-new-checkout\",state=\"running\"} 1.0",
            "serin_rollout_stage{" + names + "} 2.0",
            "serin_rollout_traffic_share{" + names + "} 0.25",
            "serin_rollout_users{" + names + "} 40.0",
            evidence("log_e", "run", "guardrail") + " 1.5",
            evidence("threshold", "run", "guardrail") + " 6.0",
            evidence("log_e", "stage", "guardrail") + " -2.0",
            evidence("threshold", "stage", "guardrail") + " 7.0",
            evidence("log_e", "stage", "circuit_breaker_dry_run") + " 3.0");
    assertThat(scraped()).filteredOn(line -> line.contains("_log_e")).hasSize(3);
  }

  private static String evidence(String what, String of, String role) {
    return ("serin_rollout_evidence_%s{metric=\"errors\",namespace=\"shop\",of=\"%s\","
            + "role=\"%s\",rollout=\"new-checkout\"}")
        .formatted(what, of, role);
  }

  @Test
  void runs_moreThanAreShown_areCut() {
    for (int i = 0; i <= RolloutMeters.RUNS_MAX; i++) {
      runs.add(run("rollout-" + i));
    }

    assertThat(scraped())
        .contains("serin_rollouts_active 1001.0")
        .filteredOn(line -> line.startsWith("serin_rollout_stage"))
        .hasSize(RolloutMeters.RUNS_MAX);
  }

  @Test
  void run_thatIsSeenTwice_failsNoScrape() {
    runs.add(run("new-checkout"));
    runs.add(run("new-checkout"));

    assertThat(scraped()).filteredOn(line -> line.startsWith("serin_rollout_stage")).hasSize(1);
  }

  @Test
  void transitions_areCountedByState() {
    Transitions transitions = new Transitions();
    transitions.register(metrics);
    transitions.accept(moveTo("ROLLED_BACK"));
    transitions.accept(moveTo("RUNNING"));
    transitions.accept(moveTo("RUNNING"));

    assertThat(scraped())
        .contains(
            "serin_rollout_transitions_total{state=\"rolled_back\"} 1.0",
            "serin_rollout_transitions_total{state=\"running\"} 2.0");
  }

  private static Move moveTo(String phase) {
    return new Move(
        "run-1",
        1,
        new Standing(phase, 1, true, ByteString.EMPTY),
        1,
        "ann",
        "because",
        ByteString.EMPTY,
        ByteString.EMPTY,
        Optional.empty(),
        List.of());
  }
}
