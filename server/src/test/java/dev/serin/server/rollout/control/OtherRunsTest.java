package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrong with one run, or with one namespace, stops no other. */
@ParameterizedClass
@EnumSource(TestStore.class)
class OtherRunsTest {
  private static final String OTHER = "shop";

  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica process;

  OtherRunsTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    process = world.process();
    world.apply(ERRORS, feature("checkout"), rollout("checkout", SHORT_STAGES, ""));
    assertThat(process.command(CommandKind.START, "checkout").moved()).isTrue();
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  private String phaseOf(String namespace, String rollout) {
    return world.journal.newest(namespace, rollout).orElseThrow().standing().phase();
  }

  @Test
  void namespace_thatCannotBeRead_stopsNoRunOfAnother() {
    world.catalog.createNamespace(OTHER, new Note("ann", ""));
    world.applyTo(OTHER, ERRORS, feature("search"), rollout("search", SHORT_STAGES, ""));
    process.commands.apply(
        new Commands.Asked(
            OTHER,
            "search",
            CommandKind.START,
            OptionalLong.empty(),
            "ann",
            "",
            "",
            Optional.empty()));
    world.unreadable.add(OTHER);

    world.seconds(process, 10);

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(process.controller.status().failedTicks()).isZero();
    assertThat(process.controller.status().failing()).isEqualTo(1);
    assertThat(phaseOf(OTHER, "search")).isEqualTo("RUNNING");
    String id = world.journal.newest(OTHER, "search").orElseThrow().origin().run();
    assertThat(process.controller.because(id))
        .startsWith("nothing happens to it but by command, it cannot be read or decided on: ");
    world.unreadable.clear();
    world.seconds(process, 10);
    assertThat(phaseOf(OTHER, "search")).isEqualTo("COMPLETED");
    assertThat(process.controller.because(id)).isEmpty();
    assertThat(process.controller.status().failing()).isZero();
    world.assertWhole("checkout");
  }

  @Test
  void gate_thatCannotBeAsked_stopsNoOtherRun() {
    world.apply(
        feature("search"),
        rollout(
            "search",
            SHORT_STAGES.replace(
                "share: 10,", "share: 10, gates: [{webhook: {url: \"http://ci.example.com\"}}],"),
            ""));
    process.command(CommandKind.START, "search");
    world.webhooks.refused.add("search");

    world.seconds(process, 10);

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(process.controller.status().failedTicks()).isZero();
    assertThat(process.controller.status().failing()).isEqualTo(1);
    world.webhooks.refused.clear();
    world.seconds(process, 1);
    assertThat(world.webhooks.asked).as("it is asked at last").hasSize(1);
    assertThat(process.controller.status().failing()).isZero();
    world.assertWhole("search");
  }
}
