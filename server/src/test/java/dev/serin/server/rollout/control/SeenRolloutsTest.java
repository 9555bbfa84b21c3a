package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.gate.WebhookGates;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.monitor.SeenRollouts;
import dev.serin.server.rollout.notice.Notifier;
import dev.serin.server.rollout.notice.RunNotices;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.StoreConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What meters see of a controller. */
class SeenRolloutsTest {
  @TempDir Path directory;

  @Test
  void seen_ofAController_isItsRunsAndHowItDoes() {
    StoreConfig config = new StoreConfig.Sqlite(directory.resolve("serin.db"));
    try (ControlWorld world = new ControlWorld(config);
        WebhookGates gates = new WebhookGates(webhooks(), () -> 0);
        Notifier notifier =
            new Notifier(
                new Outbox(world.database), new RunNotices(world.runs), webhooks(), () -> 0)) {
      ControlWorld.Replica process = world.process();
      world.apply(ERRORS, feature("checkout"));
      world.apply(rollout("checkout", SHORT_STAGES, ""));
      process.command(CommandKind.START, "checkout");
      assertThat(SeenRollouts.of(process.controller, gates, notifier).leads()).isFalse();

      world.seconds(process, 2);

      SeenRollouts seen = SeenRollouts.of(process.controller, gates, notifier);
      assertThat(seen.leads()).isTrue();
      assertThat(seen.ticks()).isPositive();
      assertThat(seen.failedTicks()).isZero();
      assertThat(seen.runs())
          .singleElement()
          .satisfies(
              run -> {
                assertThat(run.namespace()).isEqualTo("default");
                assertThat(run.rollout()).isEqualTo("checkout");
                assertThat(run.feature()).isEqualTo("checkout");
                assertThat(run.state()).isEqualTo("running");
                assertThat(run.stage()).isEqualTo(1);
                assertThat(run.share()).isEqualTo(.1);
                assertThat(run.users()).isPositive();
                assertThat(run.metrics())
                    .singleElement()
                    .satisfies(
                        errors -> {
                          assertThat(errors.metric()).isEqualTo("errors");
                          assertThat(errors.role()).isEqualTo("guardrail");
                          assertThat(errors.dryRun()).isFalse();
                          assertThat(errors.ofRun().orElseThrow().threshold()).isPositive();
                          assertThat(errors.ofStage().orElseThrow().threshold()).isPositive();
                        });
              });
      process.controller.close();
      assertThat(SeenRollouts.of(process.controller, gates, notifier).runs()).isEmpty();
    }
  }

  private static Webhooks webhooks() {
    return new Webhooks("test-webhooks", Secrets.none(), InstantSource.system());
  }
}
