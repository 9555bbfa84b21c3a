package dev.serin.server.rollout.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Fence;
import dev.serin.server.rollout.journal.KeptSlot;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictMetric;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When what looks showed is written, and how much of it at a time. */
class SeenSlotsTest {
  private static final long MINUTE = KeptSlot.minute(ControlWorld.BEGIN.toEpochMilli());
  private static final int MANY = 1_000;

  @TempDir Path directory;
  private ControlWorld world;
  private ControllerLease lease;
  private Fence fence;
  private SeenSlots slots;

  @BeforeEach
  void open() {
    world = new ControlWorld(new StoreConfig.Sqlite(directory.resolve("serin.db")));
    lease = new ControllerLease(world.database, 7, "test");
    fence = lease.take(Instant.EPOCH).orElseThrow();
    slots = new SeenSlots(world.journal);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static Instant after(int seconds) {
    return ControlWorld.BEGIN.plusSeconds(seconds);
  }

  private Renewal renewal() {
    return new Renewal(lease, fence, () -> 0);
  }

  private void look(String run, int seconds) {
    slots.looked(
        run,
        () ->
            Verdict.newBuilder()
                .setStage(1)
                .setSentence("long")
                .setTreatmentUsers(seconds)
                .addMetrics(VerdictMetric.newBuilder().setMetric("errors").setSentence("long"))
                .build(),
        after(seconds));
  }

  private List<KeptSlot> stored(String run) {
    return world.journal.slots(run, MINUTE - 10_000, MINUTE + 10);
  }

  private int rows() {
    return world.database.read(
        handle ->
            handle.createQuery("SELECT count(*) FROM rollout_slot").mapTo(Integer.class).one());
  }

  @Test
  void slot_ofAFewRuns_isInTheStoreWithinSeconds() throws Exception {
    for (int second = 0; second < 62; second++) {
      look("run", second);
      slots.write(renewal(), after(second));
      if (second == 12) {
        assertThat(stored("run")).singleElement().extracting(KeptSlot::looks).isEqualTo(11);
      }
    }
    slots.writeAll(renewal());

    assertThat(stored("run")).extracting(KeptSlot::minute).containsExactly(MINUTE, MINUTE + 1);
    assertThat(stored("run")).extracting(KeptSlot::looks).containsExactly(60, 2);
    assertThat(Verdict.parseFrom(stored("run").getFirst().verdict()))
        .isEqualTo(
            Verdict.newBuilder()
                .setStage(1)
                .setTreatmentUsers(59)
                .addMetrics(VerdictMetric.newBuilder().setMetric("errors"))
                .build());
  }

  @Test
  void slots_ofManyRuns_areWrittenAFewAtATimeUntilAllAre() {
    for (int run = 0; run < MANY; run++) {
      look("run-" + run, 0);
    }

    List<Integer> written = new ArrayList<>();
    for (int second = 0; second < 50; second++) {
      slots.write(renewal(), after(second));
      written.add(rows());
    }

    assertThat(written.stream().distinct().toList())
        .isEqualTo(IntStream.rangeClosed(1, 10).map(tenths -> MANY / 10 * tenths).boxed().toList());
    assertThat(written).startsWith(100, 100, 100, 100, 100, 200);
  }

  @Test
  void slots_afterADay_areForgotten() {
    look("run", 0);
    slots.write(renewal(), after(0));
    int day = (int) Duration.ofDays(1).toSeconds();

    look("run", day);
    slots.write(renewal(), after(day));
    assertThat(stored("run")).hasSize(1);
    assertThat(world.journal.slots("run", MINUTE, MINUTE + 1)).hasSize(1);

    look("run", day + 60);
    slots.write(renewal(), after(day + 60));
    assertThat(world.journal.slots("run", MINUTE, MINUTE + 1)).isEmpty();
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void slots_underALeaseThatIsAnothers_areNotWritten() {
    world.silentFor(ControllerLease.SILENCE.multipliedBy(2));
    assertThat(new ControllerLease(world.database, 8, "other").take(Instant.EPOCH)).isPresent();
    look("run", 0);

    assertThatThrownBy(() -> slots.write(renewal(), after(0))).isInstanceOf(UnheldException.class);
    slots.writeAll(renewal());

    assertThat(stored("run")).isEmpty();
    slots.forget();
    slots.write(renewal(), after(10));
  }

  @Test
  void slots_thatCouldNotBeWrittenForMinutes_areLeftOut() {
    look("run", 0);

    slots.write(renewal(), after(300));

    assertThat(stored("run")).isEmpty();
  }
}
