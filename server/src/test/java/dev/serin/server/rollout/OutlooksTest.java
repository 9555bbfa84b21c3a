package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.EntryEvidence;
import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.Standing;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.plan.Plans;
import dev.serin.server.rollout.plan.RolloutPlan;
import dev.serin.v1.StageOutlook;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is to be expected of a run's stage. */
class OutlooksTest {
  private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");
  private static final RolloutPlan PLAN =
      Plans.with(
          """
          stages:
          - {name: half, kind: expand, share: 50, dwell: 1m, minimum_users: 2000, maximum: 1h}
          - {name: full, kind: full, share: 100}
          guardrails: [{metric: errors}]
          """);

  private final StageTrack track = new StageTrack();
  private MachineState state = MachineState.pending(BEGIN);

  OutlooksTest() {
    command(CommandKind.START, BEGIN);
  }

  private void command(CommandKind kind, Instant time) {
    Event event = new Event.Command(kind, "ann", "as planned");
    Step step = new RolloutMachine(PLAN).apply(state, event, time);
    assertThat(step).isInstanceOf(Step.Moved.class);
    state = ((Step.Moved) step).state();
    track.add(
        new LoggedEntry(
            new StoredEntry(
                state.version(),
                time.toEpochMilli(),
                "ann",
                "as planned",
                state.phase().name(),
                state.stage(),
                ByteString.EMPTY,
                ByteString.EMPTY,
                0),
            Optional.of(event),
            EntryEvidence.NONE,
            ""));
  }

  private StageOutlook outlook(Verdict look, Instant now) {
    StoredRun stored =
        new StoredRun(
            new RunOrigin("run-1", "default", "checkout", "checkout", "half", ByteString.EMPTY),
            1,
            state.version(),
            state.time().toEpochMilli(),
            new Standing(state.phase().name(), state.stage(), true, ByteString.EMPTY),
            ByteString.EMPTY,
            Optional.empty());
    RunView view = new RunView(stored, PLAN, List.of(), state);
    RunProgress progress = new RunProgress(view, track, Optional.of(look), now);
    return Outlooks.of(view, track, progress, now).orElseThrow();
  }

  /** A look after twenty seconds, at fifty users a second in each arm. */
  private static Verdict.Builder look() {
    return Verdict.newBuilder()
        .setAction(VerdictAction.VERDICT_ACTION_GO_ON)
        .setStage(1)
        .setTime(Timestamps.fromMillis(after(20).toEpochMilli()))
        .setTreatmentUsers(1_000)
        .setControlUsers(1_000);
  }

  private static Instant after(int seconds) {
    return BEGIN.plusSeconds(seconds);
  }

  private static long seconds(com.google.protobuf.Duration time) {
    return Durations.toSeconds(time);
  }

  @Test
  void promotion_isWhatTheLookForecasts_lessItsAge() {
    Verdict look =
        look()
            .setPromotedMedian(Durations.fromSeconds(40))
            .setPromotedP90(Durations.fromSeconds(90))
            .build();

    StageOutlook outlook = outlook(look, after(25));
    assertThat(seconds(outlook.getPromotedMedian())).isEqualTo(35);
    assertThat(seconds(outlook.getPromotedP90())).isEqualTo(85);
    assertThat(seconds(outlook.getUsersLeft())).isEqualTo(20);
    assertThat(outlook.getUsersPerSecond()).isEqualTo(100);
    assertThat(seconds(outlook.getDwellLeft())).isEqualTo(35);
    assertThat(seconds(outlook.getMaximumLeft())).isEqualTo(Duration.ofHours(1).toSeconds() - 25);
    assertThat(outlook.getMissingList()).isEmpty();

    StageOutlook late = outlook(look, after(70));
    assertThat(late.hasPromotedMedian()).isTrue();
    assertThat(seconds(late.getPromotedMedian())).isZero();
    assertThat(seconds(outlook(look, after(15)).getPromotedMedian()))
        .as("the clock was set back")
        .isEqualTo(40);
  }

  @Test
  void promotion_thatTheLookDoesNotKnow_isMissing() {
    StageOutlook outlook = outlook(look().build(), after(21));
    assertThat(outlook.hasPromotedMedian()).isFalse();
    assertThat(outlook.getMissingList())
        .containsExactly("promotion: never, or what was shown so far tells no time");

    Verdict held = look().setAction(VerdictAction.VERDICT_ACTION_HOLD).build();
    assertThat(outlook(held, after(21)).getMissingList()).isEmpty();
  }

  @Test
  void promotion_ofAPausedRun_isNotToBeExpected() {
    command(CommandKind.PAUSE, after(21));
    assertThat(state.phase()).isEqualTo(Phase.PAUSED);

    Verdict look = look().setPromotedMedian(Durations.fromSeconds(40)).build();
    StageOutlook outlook = outlook(look, after(22));
    assertThat(outlook.hasPromotedMedian() || outlook.hasDwellLeft()).isFalse();
    assertThat(seconds(outlook.getUsersLeft())).isEqualTo(20);
  }
}
