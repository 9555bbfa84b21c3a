package dev.serin.server.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.serin.server.rollout.plan.PlanText;
import dev.serin.v1.GateProgress;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StageOutlook;
import dev.serin.v1.StageProgress;
import dev.serin.v1.StageState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run's stages with bars of their time, its gates, and what to expect. */
final class RolloutStages {
  private static final int BAR_COLUMNS = 20;
  private static final String NONE = "-";

  private RolloutStages() {}

  static List<String> lines(RolloutProgress progress, RolloutRun run, Terminal terminal) {
    List<String> lines = new ArrayList<>(table(progress, terminal).lines(terminal));
    for (GateProgress gate : progress.getGatesList()) {
      lines.add(gate(gate, run, terminal));
    }
    if (progress.hasOutlook()) {
      lines.addAll(outlook(progress.getOutlook()));
    }
    return lines;
  }

  private static Table table(RolloutProgress progress, Terminal terminal) {
    Table table =
        new Table(
            "",
            "STAGE",
            ">SHARE",
            "DWELL",
            "",
            ">TREATMENT",
            ">CONTROL",
            ">NEEDS",
            "PROMOTES",
            "GATES");
    for (StageProgress stage : progress.getStagesList()) {
      table.row(
          mark(stage.getState()),
          stage.getName(),
          RolloutText.share(stage.getShare(), stage.getShareOf()),
          bar(stage, terminal.colour()),
          time(stage),
          stage.hasTreatmentUsers() ? Texts.number(stage.getTreatmentUsers()) : NONE,
          stage.hasControlUsers() ? Texts.number(stage.getControlUsers()) : NONE,
          Texts.number(stage.getMinimumUsers()),
          stage.getPromote().name().replace("PROMOTE_", "").toLowerCase(Locale.ROOT),
          String.join(", ", stage.getGatesList()));
    }
    return table;
  }

  private static String mark(StageState state) {
    return switch (state) {
      case STAGE_STATE_PASSED -> "✓";
      case STAGE_STATE_CURRENT -> "▶";
      case STAGE_STATE_AHEAD -> "·";
      case STAGE_STATE_SKIPPED -> "-";
      case STAGE_STATE_STOPPED -> "✗";
      case STAGE_STATE_UNSPECIFIED, UNRECOGNIZED -> "?";
    };
  }

  private static String bar(StageProgress stage, boolean fine) {
    long dwell = Durations.toMillis(stage.getDwell());
    long dwelt = Durations.toMillis(stage.getDwelt());
    double part =
        switch (stage.getState()) {
          case STAGE_STATE_PASSED -> 1;
          case STAGE_STATE_CURRENT -> dwell == 0 ? 1 : Math.min(1, (double) dwelt / dwell);
          case STAGE_STATE_AHEAD,
              STAGE_STATE_SKIPPED,
              STAGE_STATE_STOPPED,
              STAGE_STATE_UNSPECIFIED,
              UNRECOGNIZED ->
              0;
        };
    int filled = (int) (part * BAR_COLUMNS);
    return (fine ? "█" : "#").repeat(filled) + (fine ? "░" : ".").repeat(BAR_COLUMNS - filled);
  }

  private static String time(StageProgress stage) {
    StringBuilder time = new StringBuilder();
    if (stage.hasDwelt()) {
      time.append(shown(stage.getDwelt())).append(" of ");
    }
    time.append(shown(stage.getDwell()));
    if (stage.hasMaximum()) {
      time.append(", at ")
          .append(shown(stage.getMaximum()))
          .append(
              switch (stage.getAtMaximum()) {
                case AT_MAXIMUM_ROLL_BACK -> " rolled back";
                case AT_MAXIMUM_SHIP -> " shipped";
                case AT_MAXIMUM_HOLD, AT_MAXIMUM_UNSPECIFIED, UNRECOGNIZED -> " held";
              });
    }
    return time.toString();
  }

  private static String gate(GateProgress gate, RolloutRun run, Terminal terminal) {
    // Paused or killed it takes no answer.
    boolean asked = run.getState() == RolloutState.ROLLOUT_STATE_GATE;
    String rollout = Texts.printable(run.getRollout());
    String id = gate.getGate().getStage() + "." + gate.getGate().getGate();
    String awaited = Texts.printable(gate.getAwaited());
    return "gate "
        + id
        + " "
        + switch (gate.getState()) {
          case GATE_STATE_OPEN ->
              terminal.yellow("waits for ")
                  + awaited
                  + (gate.hasLeft() ? ", " + shown(gate.getLeft()) + " left" : "")
                  + (gate.getApproval() && asked
                      ? ": 'serin rollout approve " + rollout + " --gate " + id + "'"
                      : "");
          case GATE_STATE_PASSED -> terminal.green("passed: ") + awaited;
          case GATE_STATE_REFUSED ->
              terminal.red("refused: ")
                  + awaited
                  + (asked
                      ? ": 'serin rollout resume "
                          + rollout
                          + "' asks again, 'serin rollout advance "
                          + rollout
                          + "' goes on without"
                      : "");
          case GATE_STATE_AHEAD -> "then: " + awaited;
          case GATE_STATE_UNSPECIFIED, UNRECOGNIZED -> awaited;
        };
  }

  private static List<String> outlook(StageOutlook outlook) {
    List<String> parts = new ArrayList<>();
    if (outlook.hasDwellLeft()) {
      parts.add(
          "dwell: "
              + (Durations.toMillis(outlook.getDwellLeft()) == 0
                  ? "over"
                  : shown(outlook.getDwellLeft()) + " left"));
    }
    if (outlook.hasUsersLeft()) {
      parts.add(
          "users: "
              + (Durations.toMillis(outlook.getUsersLeft()) == 0
                  ? "enough"
                  : shown(outlook.getUsersLeft()) + " left")
              + (outlook.hasUsersPerSecond()
                  ? " (%s new per second)"
                      .formatted(ComparisonText.shown(outlook.getUsersPerSecond()))
                  : ""));
    }
    if (outlook.hasPromotedMedian()) {
      parts.add(
          "promoted in "
              + shown(outlook.getPromotedMedian())
              + (outlook.hasPromotedP90()
                  ? " (nine in ten: " + shown(outlook.getPromotedP90()) + ")"
                  : "")
              + " where nothing is worse");
    }
    if (outlook.hasMaximumLeft()) {
      parts.add("maximum in " + shown(outlook.getMaximumLeft()));
    }
    List<String> lines = new ArrayList<>();
    if (!parts.isEmpty()) {
      lines.add("expected: " + String.join("; ", parts));
    }
    outlook
        .getMissingList()
        .forEach(missing -> lines.add("not known: " + Texts.printable(missing)));
    return lines;
  }

  private static String shown(Duration time) {
    return PlanText.time(java.time.Duration.ofMillis(Durations.toMillis(time)));
  }
}
