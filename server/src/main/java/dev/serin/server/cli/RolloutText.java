package dev.serin.server.cli;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Timestamps;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.VerdictAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs of rollouts as people read them. */
final class RolloutText {
  private static final String NONE = "-";
  private static final String NOT_KNOWN = "?";

  /** From so old on a look is said to be: looks are made each second. */
  private static final long OLD_SECONDS = 10;

  private RolloutText() {}

  /** A state in one word; of none never_started. */
  static String word(RolloutState state) {
    return state == RolloutState.ROLLOUT_STATE_UNSPECIFIED
        ? "never_started"
        : state.name().replace("ROLLOUT_STATE_", "").toLowerCase(Locale.ROOT);
  }

  /** What is to be done, in words; of nothing a dash. */
  static String word(VerdictAction action) {
    return action == VerdictAction.VERDICT_ACTION_UNSPECIFIED
        ? NONE
        : words(action.name().replace("VERDICT_ACTION_", ""));
  }

  /** The newest runs of rollouts. */
  static Table table(List<RolloutRun> runs, boolean wide) {
    Table table =
        wide
            ? new Table(
                "ROLLOUT",
                "FEATURE",
                "SPLIT",
                "TREATMENT",
                "CONTROL",
                ">RUN",
                "STATE",
                "STAGE",
                ">TRAFFIC",
                ">VERSION",
                "SINCE",
                "ID")
            : new Table(
                "ROLLOUT", "FEATURE", ">RUN", "STATE", "STAGE", ">TRAFFIC", ">VERSION", "SINCE");
    for (RolloutRun run : runs) {
      List<Object> row = new ArrayList<>();
      row.add(run.getRollout());
      row.add(run.getFeature());
      if (wide) {
        row.addAll(List.of(run.getSplit(), run.getTreatment(), run.getControl()));
      }
      boolean started = !run.getRunId().isEmpty();
      row.add(started ? Texts.number(run.getNumber()) : NONE);
      row.add(isUnreadable(run) ? stateOfRow(run) + " (unreadable)" : word(run.getState()));
      row.add(started ? stage(run) : NONE);
      row.add(started ? traffic(run) : NONE);
      row.add(started ? Texts.number(run.getVersion()) : NONE);
      row.add(Texts.time(run.getSince()));
      if (wide) {
        row.add(run.getRunId());
      }
      table.row(row.toArray());
    }
    return table;
  }

  /** The treatment's share as it is served, and what a kill switch keeps from being served. */
  private static String traffic(RolloutRun run) {
    if (isUnreadable(run)) {
      return NOT_KNOWN;
    }
    String share = isBefore(run) ? "document" : share(run);
    return isCutOff(run) ? "0 % (else " + share + ")" : share;
  }

  private static String trafficInWords(RolloutRun run, Terminal terminal) {
    if (isUnreadable(run)) {
      return terminal.red("not readable by this server");
    }
    String share = isBefore(run) ? "the document's weights" : share(run);
    return isCutOff(run)
        ? terminal.red("0 % as the kill switch is set") + " (else " + share + ")"
        : share;
  }

  /** Whether something would be served by the run, or its document, were it not for the switch. */
  private static boolean isCutOff(RolloutRun run) {
    return run.getKilled() && (isBefore(run) || run.getTraffic() != 0);
  }

  private static boolean isUnreadable(RolloutRun run) {
    return !run.getUnreadable().isEmpty();
  }

  /** Of a run that the server cannot read: it may not know the state, either. */
  private static String stateOfRow(RolloutRun run) {
    return run.getState() == RolloutState.ROLLOUT_STATE_UNSPECIFIED
        ? "in an unknown state"
        : word(run.getState());
  }

  /** A run on one line. */
  static String line(RolloutRun run, Terminal terminal) {
    return Texts.printable("rollout " + run.getRollout() + ": ")
        + (isUnreadable(run) ? stateOfRow(run) : state(run, terminal))
        + (run.getRunId().isEmpty()
            ? ""
            : ", "
                + trafficInWords(run, terminal)
                + terminal.dim(
                    " (run "
                        + Texts.number(run.getNumber())
                        + ", version "
                        + Texts.number(run.getVersion())
                        + ")"));
  }

  /** Whether the split serves what its document says, as the run never began its first stage. */
  private static boolean isBefore(RolloutRun run) {
    return run.getStage() == 0
        && switch (run.getState()) {
          case ROLLOUT_STATE_PENDING,
              ROLLOUT_STATE_GATE,
              ROLLOUT_STATE_PAUSED,
              ROLLOUT_STATE_HOLDING,
              ROLLOUT_STATE_CANCELLED ->
              true;
          case ROLLOUT_STATE_UNSPECIFIED,
              ROLLOUT_STATE_RUNNING,
              ROLLOUT_STATE_ROLLING_BACK,
              ROLLOUT_STATE_ROLLED_BACK,
              ROLLOUT_STATE_COMPLETED,
              UNRECOGNIZED ->
              false;
        };
  }

  /** Everything about a run but its log. */
  static List<String> lines(RolloutRun run, RolloutProgress progress, Terminal terminal) {
    List<String> lines = new ArrayList<>();
    lines.add(terminal.bold(line(run, terminal)));
    if (isUnreadable(run)) {
      lines.add(Texts.printable("this server cannot read: " + run.getUnreadable()));
      lines.add(
          Texts.printable(
              "a server as new as the one that wrote it can; 'serin kill "
                  + run.getFeature()
                  + "' works meanwhile"));
      return lines;
    }
    lines.add(
        terminal.dim(
            Texts.printable(
                "feature %s, split %s: %s instead of %s"
                    .formatted(
                        run.getFeature(), run.getSplit(), run.getTreatment(), run.getControl()))));
    if (run.getRunId().isEmpty()) {
      lines.add("'serin rollout start " + Texts.printable(run.getRollout()) + "' starts it");
      return lines;
    }
    lines.add(
        Texts.printable(
            "since %s by %s: %s"
                .formatted(Texts.time(run.getSince()), run.getActor(), run.getReason())));
    if (!progress.getBecause().isEmpty()) {
      lines.add("now: " + Texts.printable(progress.getBecause()));
    }
    String toGoOn = toGoOn(run);
    if (!toGoOn.isEmpty()) {
      lines.add("to go on: " + Texts.printable(toGoOn));
    }
    lines.add("");
    lines.addAll(RolloutStages.lines(progress, run, terminal));
    if (progress.hasVerdict()) {
      lines.add("");
      lines.addAll(VerdictText.lines(progress.getVerdict(), terminal));
      Duration age = Timestamps.between(progress.getVerdict().getTime(), progress.getTime());
      if (run.getActive() && age.getSeconds() >= OLD_SECONDS) {
        lines.add(
            "as of "
                + age.getSeconds()
                + " s ago: newer looks are with the replica that moves runs, if one does");
      }
    }
    return lines;
  }

  /** The commands that let a run go on which a person holds up; empty: it goes on by itself. */
  private static String toGoOn(RolloutRun run) {
    if (run.getKilled() && run.getActive()) {
      return "'serin revive " + run.getFeature() + "'";
    }
    String command = "'serin rollout %s " + run.getRollout() + "'";
    if (run.getState() == RolloutState.ROLLOUT_STATE_PAUSED) {
      return command.formatted("resume");
    }
    return switch (run.getHold()) {
      case ROLLOUT_HOLD_KILLED -> "'serin revive " + run.getFeature() + "'";
      case ROLLOUT_HOLD_MAXIMUM ->
          command.formatted("resume")
              + " repeats the stage, "
              + command.formatted("advance")
              + " leaves it, "
              + command.formatted("rollback")
              + " gives everybody the control";
      case ROLLOUT_HOLD_UNSPECIFIED,
          ROLLOUT_HOLD_VERDICT,
          ROLLOUT_HOLD_STALE_EVIDENCE,
          ROLLOUT_HOLD_FROZEN,
          UNRECOGNIZED ->
          "";
    };
  }

  /** An entry of a log on one line. */
  static String line(RolloutLogEntry entry) {
    return Texts.printable(
        "#%s %s %s -> %s, %s, %s: %s"
            .formatted(
                Texts.number(entry.getVersion()),
                Texts.time(entry.getTime()),
                stateOf(entry.getFromState()),
                place(entry),
                traffic(entry),
                entry.getNote().getActor(),
                why(entry)));
  }

  /** The treatment's share that an entry left as it was, or what it made of it. */
  private static String traffic(RolloutLogEntry entry) {
    String from = share(entry.getFromTraffic(), entry.getFromTrafficOf());
    String to = share(entry.getTraffic(), entry.getTrafficOf());
    return from.equals(to) ? to : from + " -> " + to;
  }

  /** Who or what made an entry, where the run stood after it, and why, behind some other cells. */
  static Object[] cells(RolloutLogEntry entry, String... before) {
    List<Object> cells = new ArrayList<>(List.of((Object[]) before));
    cells.add(entry.getNote().getActor());
    cells.add(event(entry));
    cells.add(stateOf(entry.getState()));
    cells.add(stage(entry));
    cells.add(traffic(entry));
    cells.add(why(entry));
    return cells.toArray();
  }

  /** An entry's reason, and what of it the server could not read. */
  private static String why(RolloutLogEntry entry) {
    return entry.getNote().getReason() + unreadable(entry);
  }

  /** What made an entry, in a word or two: {@code look}, {@code roll back}. */
  static String event(RolloutLogEntry entry) {
    if (entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_UNSPECIFIED) {
      return NOT_KNOWN;
    }
    return entry.getKind() == RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND
        ? words(entry.getCommand().name().replace("ROLLOUT_COMMAND_", ""))
        : words(entry.getKind().name().replace("ROLLOUT_EVENT_KIND_", ""));
  }

  /** A state of an entry in one word; a question mark of one that the server does not know. */
  static String stateOf(RolloutState state) {
    return state == RolloutState.ROLLOUT_STATE_UNSPECIFIED ? NOT_KNOWN : word(state);
  }

  private static String unreadable(RolloutLogEntry entry) {
    return entry.getUnreadable().isEmpty()
        ? ""
        : " (not readable by this server: " + entry.getUnreadable() + ")";
  }

  /** A share of traffic: {@code 5 %}, {@code 3/1000}; of nothing it is not known. */
  static String share(int parts, int of) {
    if (of == 0) {
      return NOT_KNOWN;
    }
    return of == 100
        ? parts + " %"
        : Integer.toUnsignedString(parts) + "/" + Integer.toUnsignedString(of);
  }

  private static String share(RolloutRun run) {
    return share(run.getTraffic(), run.getTrafficOf());
  }

  /** Name of the stage after an entry; of none a dash. */
  private static String stage(RolloutLogEntry entry) {
    if (entry.getStage() == 0) {
      return NONE;
    }
    return entry.getStageName().isEmpty() ? Texts.number(entry.getStage()) : entry.getStageName();
  }

  private static String place(RolloutLogEntry entry) {
    return stateOf(entry.getState())
        + (entry.getStageName().isEmpty() ? "" : " " + entry.getStageName());
  }

  private static String stage(RolloutRun run) {
    if (run.getStage() == 0) {
      return NONE;
    }
    return isUnreadable(run)
        ? Texts.number(run.getStage())
        : run.getStageName() + " (" + run.getStage() + " of " + run.getStages() + ")";
  }

  private static String state(RolloutRun run, Terminal terminal) {
    String stage =
        run.getStage() == 0
            ? ""
            : Texts.printable(
                " in stage "
                    + run.getStage()
                    + " of "
                    + run.getStages()
                    + ", "
                    + run.getStageName());
    return switch (run.getState()) {
      case ROLLOUT_STATE_UNSPECIFIED, ROLLOUT_STATE_PENDING, UNRECOGNIZED -> "never started";
      case ROLLOUT_STATE_GATE ->
          terminal.yellow("at a gate") + " before stage " + (run.getStage() + 1);
      case ROLLOUT_STATE_RUNNING -> "running" + stage;
      case ROLLOUT_STATE_HOLDING -> terminal.yellow("holding") + stage + hold(run);
      case ROLLOUT_STATE_PAUSED -> terminal.yellow("paused") + stage;
      case ROLLOUT_STATE_ROLLING_BACK -> terminal.red("rolling back") + stage;
      case ROLLOUT_STATE_ROLLED_BACK -> terminal.red("rolled back") + stage;
      case ROLLOUT_STATE_COMPLETED -> terminal.green("completed");
      case ROLLOUT_STATE_CANCELLED -> terminal.yellow("cancelled") + stage;
    };
  }

  private static String hold(RolloutRun run) {
    return switch (run.getHold()) {
      case ROLLOUT_HOLD_UNSPECIFIED, UNRECOGNIZED -> "";
      case ROLLOUT_HOLD_VERDICT -> ": the evidence says so";
      case ROLLOUT_HOLD_STALE_EVIDENCE -> ": the evidence is old";
      case ROLLOUT_HOLD_FROZEN -> ": frozen";
      case ROLLOUT_HOLD_MAXIMUM -> ": its time is up, a person decides";
      case ROLLOUT_HOLD_KILLED -> ": the kill switch is set";
    };
  }

  private static String words(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
