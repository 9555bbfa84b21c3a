package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How long answers to requests are kept, on real stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ForgottenAnswersTest {
  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica process;

  ForgottenAnswersTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    process = world.process();
    world.apply(ERRORS, feature("checkout"), rollout("checkout", SHORT_STAGES, ""));
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  @Test
  void answers_ofADayAgo_areForgotten() {
    process.command(CommandKind.START, "checkout");
    process.command(CommandKind.PAUSE, "checkout", "yesterday");
    world.database.execute(
        Priority.ROLLOUT,
        handle -> handle.execute("UPDATE rollout_request SET time = time - 90000000"));
    process.command(CommandKind.RESUME, "checkout", "today");

    world.seconds(process, 1);

    List<String> kept =
        world.database.read(
            handle ->
                handle
                    .createQuery("SELECT request FROM rollout_request")
                    .mapTo(String.class)
                    .list());
    assertThat(kept).containsExactly("today");
  }

  @Test
  void answers_thatAreManyAndOld_areForgottenAsFastAsTheyCome() {
    world.database.execute(
        Priority.ROLLOUT,
        handle -> {
          try (PreparedBatch batch =
              handle.prepareBatch(
                  """
                  INSERT INTO rollout_request
                    (namespace, request, asked, run, version, outcome, because, time)
                  VALUES ('default', :request, '', 'run', 1, 'MOVED', '', 0)
                  """)) {
            for (int i = 0; i < 2_500; i++) {
              batch.bind("request", "request " + i).add();
            }
            batch.execute();
          }
        });

    world.seconds(process, 3);

    assertThat(
            world.database.<Long>read(
                handle ->
                    handle
                        .createQuery("SELECT count(*) FROM rollout_request")
                        .mapTo(Long.class)
                        .one()))
        .isZero();
  }
}
