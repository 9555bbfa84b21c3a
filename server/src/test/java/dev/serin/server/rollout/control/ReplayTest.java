package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.EventCodec;
import dev.serin.server.rollout.machine.Verdict;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that is judged and played again, as it was written and after somebody's hand. */
class ReplayTest {
  @TempDir Path directory;
  private ControlWorld world;

  @BeforeEach
  void rollBack() {
    world = new ControlWorld(TestStore.SQLITE.fresh(directory));
    ControlWorld.Replica process = world.process();
    world.apply(
        ERRORS,
        feature("checkout"),
        rollout("checkout", SHORT_STAGES.replace("dwell: 3s", "dwell: 10m"), ""));
    process.command(CommandKind.START, "checkout");
    world.traffic.treatmentErrors.put("checkout", 0.3);
    world.seconds(process, 10);
    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "ROLLING_BACK(1)", "ROLLED_BACK(1)");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<StoredEntry> log() {
    return world.journal.log(world.run("checkout").stored().origin().run(), 0, 10);
  }

  /** What becomes of the entry that rolls back, where it is as given. */
  private Replay.Entry replayed(StoredEntry decision) {
    Replay replay = new Replay(world.run("checkout"));
    replay.add(log().getFirst());
    return replay.add(decision);
  }

  private StoredEntry decision() {
    return log().get(1);
  }

  private static StoredEntry with(StoredEntry entry, Event event, ByteString evidence) {
    return new StoredEntry(
        entry.number(),
        entry.timeMillis(),
        entry.actor(),
        entry.reason(),
        entry.phase(),
        entry.stage(),
        EventCodec.encode(event),
        evidence,
        entry.fence());
  }

  private static Event.Tick saying(Event.Tick tick, Verdict.Action action, String reason) {
    Verdict said = tick.verdict();
    return new Event.Tick(
        new Verdict(action, reason, said.sentence(), said.evidence()),
        tick.evidenceAge(),
        tick.sinceLook());
  }

  @Test
  void log_asItWasWritten_isJudgedAlike() {
    Replay replay = new Replay(world.run("checkout"));

    assertThat(log().stream().map(replay::add).map(Replay.Entry::outcome))
        .containsExactly(
            Replay.Outcome.NO_EVIDENCE, Replay.Outcome.SAME, Replay.Outcome.NO_EVIDENCE);
    assertThat(replay.problem()).isEmpty();
  }

  @Test
  void look_thatSaysOtherThanItsEvidence_isDifferentThoughTheLoggedVerdictFits() {
    StoredEntry decision = decision();
    Event.Tick tick = (Event.Tick) EventCodec.decode(decision.event());

    Replay.Entry otherAction =
        replayed(with(decision, saying(tick, Verdict.Action.HOLD, "data"), decision.evidence()));
    Replay.Entry otherReason =
        replayed(
            with(
                decision,
                saying(tick, Verdict.Action.ROLL_BACK, "circuit_breaker"),
                decision.evidence()));

    assertThat(otherAction.outcome()).isEqualTo(Replay.Outcome.DIFFERENT);
    assertThat(otherAction.difference())
        .startsWith(
            "action ROLL_BACK for GUARDRAIL, and the look that moved the run says HOLD for data: ");
    assertThat(otherReason.outcome()).isEqualTo(Replay.Outcome.DIFFERENT);
    assertThat(otherReason.difference()).contains("says ROLL_BACK for circuit_breaker");
  }

  @Test
  void evidenceOfALook_withAPersonsCommand_isDifferent() {
    StoredEntry decision = decision();
    Event command = new Event.Command(CommandKind.ROLL_BACK, "eve", "my own idea");

    assertThat(replayed(with(decision, command, decision.evidence())))
        .returns(Replay.Outcome.DIFFERENT, Replay.Entry::outcome);
  }

  @Test
  void look_thatActedAndKeepsNothing_isUnreadable() {
    StoredEntry decision = decision();
    Event tick = EventCodec.decode(decision.event());

    Replay.Entry bare = replayed(with(decision, tick, ByteString.EMPTY));

    assertThat(bare.outcome()).isEqualTo(Replay.Outcome.UNREADABLE);
    assertThat(bare.difference())
        .isEqualTo("evidence: none (expected: what a look was judged on that says ROLL_BACK)");
  }
}
