package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds a run holds it whoever looks: a process that comes later knows what came before. */
class KeptHoldsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(TestStore.class)
  void outcomesWithoutToken_holdARunAfterARestart(TestStore kind) {
    try (ControlWorld world = new ControlWorld(kind.fresh(directory))) {
      String stages = SHORT_STAGES.replace("3s", "20s");
      world.apply(ERRORS, feature("checkout"), rollout("checkout", stages, ""));
      ControlWorld.Replica first = world.process();
      world.traffic.tokenless.add("checkout");
      first.command(CommandKind.START, "checkout");
      world.seconds(first, 30);
      assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "HOLDING(1)");
      assertThat(world.log("checkout").getLast().stored().reason())
          .contains("outcomes without token: ");
      world.traffic.tokenless.clear();

      world.dismiss();
      ControlWorld.Replica next = world.process();
      world.seconds(next, 30);

      assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "HOLDING(1)");
      assertThat(next.controller.status().leads()).isTrue();
      world.assertWhole("checkout");
    }
  }
}
