package dev.serin.server.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of rollouts, typed against a real server. */
class ServedRolloutCommandsTest {
  /** Stages that only people leave, but for the last: nobody calls, so nothing else is shown. */
  private static final String DOCUMENTS =
      """
      feature:
        key: checkout
        variants:
          - {key: "off", value: false}
          - {key: "on", value: true}
        default_variant: "off"
        splits:
          - id: half
            weights:
              - {variant: "on", weight: 1}
              - {variant: "off", weight: 99}
        default_rule: {split: half}
        metrics:
          - {key: errors, kind: event, better: lower}
      ---
      rollout:
        key: new-checkout
        feature: checkout
        split: half
        treatment: "on"
        control: "off"
        guardrails:
          - {metric: errors}
        stages:
          - {name: canary, kind: canary, share: 20, dwell: 1h, gates: [{approval: qa}]}
          - {name: expand, kind: expand, share: 50, dwell: 1h}
          - {name: full, kind: full, share: 100, dwell: 1s}
      """;

  @TempDir private Path dir;
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(dir, "--rollout-tick=100ms");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** What a command prints that has to do what it is told. */
  private String done(String... arguments) {
    return checked(ExitCode.OK, server.run(arguments));
  }

  private static String checked(ExitCode expected, Run run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).as(run.out()).isEqualTo(expected.code());
    return run.out();
  }

  private void apply() {
    assertThat(checked(ExitCode.OK, server.runWith(DOCUMENTS, "validate", "-f-")))
        .isEqualTo("2 documents: valid in namespace default\n");
    assertThat(checked(ExitCode.OK, server.runWith(DOCUMENTS, "apply", "-f-")))
        .contains("feature checkout: created\n", "rollout new-checkout: created\n");
    assertThat(done("rollout", "list"))
        .containsPattern("new-checkout +checkout +- +never_started +- +- +-");
    assertThat(active()).isEmpty();
  }

  /** Rows of those that are not over, of what people are shown in a wide table. */
  private List<String> active() {
    return done("rollout", "list", "--active", "-o", "wide").lines().skip(1).toList();
  }

  @Test
  void run_fromItsFileToItsRollback_isDrivenByCommands() throws Exception {
    apply();
    assertThat(
            done("rollout", "start", "new-checkout", "--actor=ada", "--reason=2.4", "--expect=0"))
        .startsWith("rollout new-checkout: at a gate before stage 1, the document's weights (run ");
    assertThat(active())
        .singleElement()
        .asString()
        .containsPattern("new-checkout +checkout +half +on +off +1 +gate +- +document +1 ");
    assertThat(done("rollout", "status", "new-checkout"))
        .contains("since ", " by ada: ")
        .contains("'serin rollout approve new-checkout --gate 1.1'");
    CompletableFuture<Run> watch =
        CompletableFuture.supplyAsync(() -> server.run("rollout", "watch", "new-checkout"));
    done("rollout", "approve", "new-checkout", "--gate=1.1", "--reason=fine");
    Await.until(
        "the canary",
        () -> done("rollout", "list", "--state=running").contains(" canary (1 of 3) "));
    assertThat(done("rollout", "pause", "new-checkout"))
        .startsWith("rollout new-checkout: paused in stage 1 of 3, canary, 20 % ");
    assertThat(done("rollout", "pause", "new-checkout"))
        .startsWith("nothing changed: paused already\n");
    assertThat(done("rollout", "resume", "new-checkout"))
        .startsWith("rollout new-checkout: running in stage 1 of 3, canary, 20 % ");
    assertThat(done("rollout", "advance", "new-checkout"))
        .startsWith("rollout new-checkout: running in stage 2 of 3, expand, 50 % ");
    assertThat(done("rollout", "rollback", "new-checkout", "--reason=enough"))
        .startsWith("rollout new-checkout: rolling back in stage 2 of 3, expand, 0 % ");

    assertThat(checked(ExitCode.ROLLED_BACK, watch.get(60, SECONDS)))
        .containsOnlyOnce(" -> rolling_back expand, 50 % -> 0 %, ")
        .contains("rollout new-checkout: rolled back in stage 2 of 3, expand, 0 % (run 1");
    assertThat(active()).isEmpty();
    assertThat(done("rollout", "history", "new-checkout"))
        .containsPattern("(?m)^ +1 .* ada +start +gate +- ")
        .containsPattern("(?m) approve +gate +- .*: fine$")
        .containsPattern("(?m) roll back +rolling_back +expand +50 % -> 0 % .*: enough$");
    assertThat(done("rollout", "history", "new-checkout", "--limit", "2").lines().skip(1))
        .satisfiesExactly(
            first -> assertThat(first).contains(" start "),
            second -> assertThat(second).contains(" approve "));
    assertThat(done("rollout", "replay", "new-checkout"))
        .contains("moves: the log leads to the run's state");
  }

  @Test
  void runs_oneCancelledAndOneCompleted_areToldApart() {
    apply();
    done("rollout", "start", "new-checkout");
    assertThat(done("rollout", "cancel", "new-checkout"))
        .startsWith("rollout new-checkout: cancelled, the document's weights (run 1");
    assertThat(checked(ExitCode.CANCELLED, server.run("rollout", "watch", "new-checkout")))
        .contains("rollout new-checkout: cancelled");
    done("rollout", "start", "new-checkout");
    assertThat(done("rollout", "promote", "new-checkout"))
        .startsWith("rollout new-checkout: running in stage 3 of 3, full, 100 % (run 2");
    assertThat(done("rollout", "watch", "new-checkout"))
        .contains("rollout new-checkout: completed, 100 % (run 2");

    assertThat(done("rollout", "list", "--state=completed", "-o", "wide"))
        .containsPattern("new-checkout +checkout +half +on +off +2 +completed +full \\(3 of 3\\) ");
    assertThat(done("rollout", "audit", "--since=2026-01-01T00:00:00Z").lines().skip(1))
        .as("both runs, in order")
        .satisfies(
            lines -> assertThat(lines.get(0)).containsPattern(" new-checkout +1 +1 .* start "),
            lines -> assertThat(lines.get(1)).containsPattern(" new-checkout +1 +2 .* cancel "),
            lines -> assertThat(lines.get(2)).containsPattern(" new-checkout +2 +1 .* start "));
    assertThat(done("rollout", "status", "new-checkout", "--run=1"))
        .startsWith("rollout new-checkout: cancelled");
    assertThat(done("rollout", "history", "new-checkout", "--run=1").lines().skip(1))
        .hasSize(2)
        .last()
        .asString()
        .contains(" cancel ");
    // Of the first run people moved everything; evidence ended the second one.
    assertThat(done("rollout", "replay", "new-checkout", "--run", "1"))
        .contains("\n0 of 2 entries judged again: all the same\n");
    assertThat(done("rollout", "replay", "new-checkout"))
        .containsPattern("completed +same +promote +promote ")
        .containsPattern("\n[1-9][0-9]* of [0-9]+ entries judged again: all the same\n")
        .contains("moves: the log leads to the run's state");
  }
}
