package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.gate.WebhookGates;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.monitor.SeenRollouts;
import dev.serin.server.rollout.notice.Notifier;
import dev.serin.server.rollout.notice.RunNotices;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.StoreConfig;
import java.nio.file.Path;
import java.time.Instant;
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

  @Test
  void seen_ofAKilledRun_isThatItServesNothing() {
    StoreConfig config = new StoreConfig.Sqlite(directory.resolve("serin.db"));
    try (ControlWorld world = new ControlWorld(config)) {
      ControlWorld.Replica process = begun(world);
      world.catalog.kill("default", "checkout", new Note("eve", ""));
      world.seconds(process, 2);

      assertThat(process.controller.runs())
          .singleElement()
          .satisfies(run -> assertThat(run.state().traffic().parts()).isPositive());
      assertThat(seen(world, process).runs())
          .singleElement()
          .satisfies(run -> assertThat(run.share()).isZero());
      process.controller.close();
    }
  }

  @Test
  void seen_ofARollback_isItsNameAndTimeWhileTheLeaseIsHeld() {
    StoreConfig config = new StoreConfig.Sqlite(directory.resolve("serin.db"));
    try (ControlWorld world = new ControlWorld(config)) {
      ControlWorld.Replica process = begun(world);
      assertThat(seen(world, process).rolledBack()).isEmpty();

      process.command(CommandKind.ROLL_BACK, "checkout");
      Instant time = world.run("checkout").state().time();
      world.seconds(process, 3);

      assertThat(world.phases("checkout")).last().asString().startsWith("ROLLED_BACK");
      assertThat(seen(world, process).rolledBack())
          .containsExactly(new RolledBack("default", "checkout", time));
      process.controller.close();
      assertThat(seen(world, process).rolledBack()).isEmpty();
    }
  }

  @Test
  void rollbacks_ofMoreRolloutsThanAreKept_areThoseSeenLast() {
    Rollbacks rollbacks = new Rollbacks();
    for (int i = 0; i <= Rollbacks.KEPT_MAX; i++) {
      rollbacks.saw(origin("rollout-" + i), Instant.ofEpochSecond(i));
    }
    rollbacks.saw(origin("rollout-2"), Instant.ofEpochSecond(7));

    assertThat(rollbacks.all())
        .hasSize(Rollbacks.KEPT_MAX)
        .doesNotContain(new RolledBack("default", "rollout-0", Instant.ofEpochSecond(0)))
        .contains(new RolledBack("default", "rollout-1", Instant.ofEpochSecond(1)))
        .endsWith(new RolledBack("default", "rollout-2", Instant.ofEpochSecond(7)));
  }

  private static RunOrigin origin(String rollout) {
    return new RunOrigin("run", "default", rollout, "checkout", "half", ByteString.EMPTY);
  }

  /** A process that holds the lease, and a run in its first stage. */
  private static ControlWorld.Replica begun(ControlWorld world) {
    ControlWorld.Replica process = world.process();
    world.apply(ERRORS, feature("checkout"));
    world.apply(rollout("checkout", SHORT_STAGES, ""));
    process.command(CommandKind.START, "checkout");
    world.seconds(process, 1);
    return process;
  }

  private static SeenRollouts seen(ControlWorld world, ControlWorld.Replica process) {
    try (WebhookGates gates = new WebhookGates(webhooks(), () -> 0);
        Notifier notifier =
            new Notifier(
                new Outbox(world.database), new RunNotices(world.runs), webhooks(), () -> 0)) {
      return SeenRollouts.of(process.controller, gates, notifier);
    }
  }

  private static Webhooks webhooks() {
    return new Webhooks("test-webhooks", Secrets.none(), InstantSource.system());
  }
}
