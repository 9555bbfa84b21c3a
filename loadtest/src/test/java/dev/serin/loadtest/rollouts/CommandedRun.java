package dev.serin.loadtest.rollouts;

import com.google.protobuf.util.Durations;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.FreezeWindow;
import dev.serin.v1.Gate;
import dev.serin.v1.Notification;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.WebhookGate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A run of two stages that moves in ways that evidence alone does not bring about, and what a
 * person commands it.
 *
 * @param command what a person commands it where it stands, so that nothing happens twice
 * @param moves all that is to be in its log, as {@link RunLog#moves} tells it
 */
record CommandedRun(
    WatchedRun watched,
    Rollout rollout,
    Function<RolloutRun, Optional<RolloutCommand>> command,
    List<String> moves) {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration MAXIMUM = Duration.ofSeconds(2);
  private static final int ENDLESS_USERS = 1_000_000_000;
  private static final String BEGUN = "START: RUNNING(1)";

  CommandedRun {
    moves = List.copyOf(moves);
  }

  /**
   * One in each way, that which is frozen first.
   *
   * @param told where transitions are posted
   * @param gate a webhook that refuses until a person wants to ask it again
   * @param frozen when its freeze begins
   * @param thawed when it ends
   */
  static List<CommandedRun> all(String told, String gate, Instant frozen, Instant thawed) {
    return List.of(
        run(
            "frozen",
            told,
            head("frozen")
                .addStages(canary(SHORT, TestedRollouts.MINIMUM_USERS))
                .addStages(full())
                .addFreezes(
                    FreezeWindow.newBuilder()
                        .setFrom(local(frozen))
                        .setUntil(local(thawed))
                        .setZone("UTC")),
            run -> Optional.empty(),
            "LOOK: HOLDING(1)",
            "LOOK: RUNNING(1)",
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "approved",
            told,
            head("approved")
                .addStages(canary(SHORT, TestedRollouts.MINIMUM_USERS))
                .addStages(full().addGates(Gate.newBuilder().setApproval("the owner"))),
            inState(RolloutState.ROLLOUT_STATE_GATE, RolloutCommand.ROLLOUT_COMMAND_APPROVE),
            "LOOK: GATE(1)",
            "APPROVE: GATE(1)",
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "refused",
            told,
            head("refused")
                .addStages(canary(SHORT, TestedRollouts.MINIMUM_USERS))
                .addStages(
                    full()
                        .addGates(
                            Gate.newBuilder().setWebhook(WebhookGate.newBuilder().setUrl(gate)))),
            CommandedRun::asksAgain,
            "LOOK: GATE(1)",
            "GATE: GATE(1)",
            "RESUME: GATE(1)",
            "GATE: GATE(1)",
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "overdue",
            told,
            head("overdue")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_HOLD))
                .addStages(full()),
            inState(RolloutState.ROLLOUT_STATE_HOLDING, RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK),
            "LOOK: HOLDING(1)",
            "ROLL_BACK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"),
        run(
            "taken-back",
            told,
            head("taken-back")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_ROLL_BACK))
                .addStages(full()),
            run -> Optional.empty(),
            "LOOK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"),
        run(
            "shipped",
            told,
            head("shipped")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_SHIP))
                .addStages(full()),
            run -> Optional.empty(),
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "paused",
            told,
            head("paused").addStages(canary(LONG, TestedRollouts.MINIMUM_USERS)).addStages(full()),
            pausedOnce(),
            "PAUSE: PAUSED(1)",
            "RESUME: RUNNING(1)",
            "ROLL_BACK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"));
  }

  private static CommandedRun run(
      String key,
      String told,
      Rollout.Builder rollout,
      Function<RolloutRun, Optional<RolloutCommand>> command,
      String... moves) {
    return new CommandedRun(
        TestedRollouts.good(key),
        rollout.addNotify(Notification.newBuilder().setUrl(told)).build(),
        command,
        Stream.concat(Stream.of(BEGUN), Stream.of(moves)).toList());
  }

  private static Rollout.Builder head(String key) {
    return TestedRollouts.head(key);
  }

  private static Stage.Builder canary(Duration dwell, int minimumUsers) {
    return TestedRollouts.stage("canary", StageKind.STAGE_KIND_CANARY, 40, dwell)
        .setMinimumUsers(minimumUsers);
  }

  /** One that is left when its time is up. */
  private static Stage.Builder endless() {
    return canary(SHORT, ENDLESS_USERS).setMaximum(Durations.fromMillis(MAXIMUM.toMillis()));
  }

  private static Stage.Builder full() {
    return TestedRollouts.stage("full", StageKind.STAGE_KIND_FULL, 100, SHORT);
  }

  private static String local(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneOffset.UTC).toString();
  }

  String key() {
    return watched.key();
  }

  private static Function<RolloutRun, Optional<RolloutCommand>> inState(
      RolloutState state, RolloutCommand command) {
    return run -> run.getState() == state ? Optional.of(command) : Optional.empty();
  }

  private static Optional<RolloutCommand> asksAgain(RolloutRun run) {
    return isRefused(run) ? Optional.of(RolloutCommand.ROLLOUT_COMMAND_RESUME) : Optional.empty();
  }

  /** Whether it stands at a gate that has refused. */
  static boolean isRefused(RolloutRun run) {
    return run.getState() == RolloutState.ROLLOUT_STATE_GATE && run.getReason().contains("refused");
  }

  /** Pauses it, resumes it, and rolls it back. */
  private static Function<RolloutRun, Optional<RolloutCommand>> pausedOnce() {
    AtomicBoolean paused = new AtomicBoolean();
    return run ->
        switch (run.getState()) {
          case ROLLOUT_STATE_RUNNING ->
              Optional.of(
                  paused.get()
                      ? RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK
                      : RolloutCommand.ROLLOUT_COMMAND_PAUSE);
          case ROLLOUT_STATE_PAUSED -> {
            paused.set(true);
            yield Optional.of(RolloutCommand.ROLLOUT_COMMAND_RESUME);
          }
          default -> Optional.empty();
        };
  }

  /** Whether everybody has the treatment at its end; else nobody has. */
  boolean isCompleted() {
    return moves.getLast().contains("COMPLETED");
  }
}
