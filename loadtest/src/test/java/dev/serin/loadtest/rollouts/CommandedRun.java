package dev.serin.loadtest.rollouts;

import com.google.protobuf.util.Durations;
import dev.serin.v1.AtMaximum;
import dev.serin.v1.FreezeWindow;
import dev.serin.v1.Gate;
import dev.serin.v1.Notification;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.WebhookGate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run of two stages that moves in ways that evidence alone does not bring about, and what a
 * person commands it.
 *
 * @param commands what is commanded, by the version of the run that it answers
 * @param moves all that is to be in its log, as {@link RunLog#moves} tells it
 */
record CommandedRun(
    WatchedRun watched, Rollout rollout, Map<Long, RolloutCommand> commands, List<String> moves) {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration MAXIMUM = Duration.ofSeconds(2);
  private static final int ENDLESS_USERS = 1_000_000_000;
  private static final String BEGUN = "START: RUNNING(1)";
  private static final String ASKED_AGAIN = "RESUME: GATE(1)";

  CommandedRun {
    commands = Map.copyOf(commands);
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
            Map.of(),
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
            Map.of(2L, RolloutCommand.ROLLOUT_COMMAND_APPROVE),
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
            Map.of(3L, RolloutCommand.ROLLOUT_COMMAND_RESUME),
            "LOOK: GATE(1)",
            "GATE: GATE(1)",
            ASKED_AGAIN,
            "GATE: GATE(1)",
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "overdue",
            told,
            head("overdue")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_HOLD))
                .addStages(full()),
            Map.of(2L, RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK),
            "LOOK: HOLDING(1)",
            "ROLL_BACK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"),
        run(
            "taken-back",
            told,
            head("taken-back")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_ROLL_BACK))
                .addStages(full()),
            Map.of(),
            "LOOK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"),
        run(
            "shipped",
            told,
            head("shipped")
                .addStages(endless().setAtMaximum(AtMaximum.AT_MAXIMUM_SHIP))
                .addStages(full()),
            Map.of(),
            "LOOK: RUNNING(2)",
            "LOOK: COMPLETED(2)"),
        run(
            "paused",
            told,
            head("paused").addStages(canary(LONG, TestedRollouts.MINIMUM_USERS)).addStages(full()),
            Map.of(
                1L,
                RolloutCommand.ROLLOUT_COMMAND_PAUSE,
                2L,
                RolloutCommand.ROLLOUT_COMMAND_RESUME,
                3L,
                RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK),
            "PAUSE: PAUSED(1)",
            "RESUME: RUNNING(1)",
            "ROLL_BACK: ROLLING_BACK(1)",
            "HOLDERS: ROLLED_BACK(1)"));
  }

  private static CommandedRun run(
      String key,
      String told,
      Rollout.Builder rollout,
      Map<Long, RolloutCommand> commands,
      String... moves) {
    return new CommandedRun(
        TestedRollouts.good(key),
        rollout.addNotify(Notification.newBuilder().setUrl(told)).build(),
        commands,
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

  /** Whether what is commanded to a version is to ask a gate again that has refused. */
  boolean asksAgain(long version) {
    return moves.get(Math.toIntExact(version)).equals(ASKED_AGAIN);
  }

  /** Whether everybody has the treatment at its end; else nobody has. */
  boolean isCompleted() {
    return moves.getLast().contains("COMPLETED");
  }
}
