package dev.serin.server.cli;

import com.google.protobuf.util.Durations;
import dev.serin.server.catalog.DocumentFiles;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutProgress;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StageProgress;
import dev.serin.v1.StageState;
import dev.serin.v1.Verdict;
import dev.serin.v1.WatchRolloutResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A run that is watched: renewed in place where the cursor may move, otherwise a line for each
 * entry of its log and for each verdict that says something else. As JSON or YAML, the answers as
 * they come. For one thread.
 */
final class RolloutScreen {
  private final Terminal terminal;
  private final OutputFormat format;
  private final int entries;
  private final LiveLines live;
  private final Deque<RolloutLogEntry> last = new ArrayDeque<>();
  private WatchRolloutResponse answer = WatchRolloutResponse.getDefaultInstance();
  private long answeredNanos;
  private long version;
  private String verdict = "";
  private boolean killed;
  private boolean away;

  /**
   * A screen without an answer.
   *
   * @param entries how many of the last are shown in place
   */
  RolloutScreen(Terminal terminal, OutputFormat format, int entries) {
    this.terminal = terminal;
    this.format = format;
    this.entries = entries;
    live = new LiveLines(terminal);
  }

  /** Whether nothing was answered yet. */
  boolean isEmpty() {
    return answer.getRun().getRunId().isEmpty();
  }

  /** Time since the last answer. */
  Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - answeredNanos);
  }

  /** Shows an answer; entries that were shown before are not shown again. */
  void show(WatchRolloutResponse next) {
    boolean first = isEmpty() || !next.getRun().getRunId().equals(answer.getRun().getRunId());
    if (first) {
      // Another run, begun while the server was away, has numbers of its own.
      version = 0;
      verdict = "";
      last.clear();
    }
    answer = next;
    answeredNanos = System.nanoTime();
    away = false;
    List<RolloutLogEntry> news =
        next.getEntriesList().stream().filter(entry -> entry.getVersion() > version).toList();
    // Of the run's entries an answer tells a hundred at most, and the next one goes on.
    version =
        news.isEmpty()
            ? Math.max(version, first ? next.getRun().getVersion() : 0)
            : news.getLast().getVersion();
    switch (format) {
      case TABLE, WIDE -> {
        if (terminal.colour()) {
          news.forEach(this::keep);
          List<String> lines = lines(next.getProgress());
          if (isOver(next.getRun().getState())) {
            live.end(lines);
          } else {
            live.show(lines);
          }
        } else {
          print(next, news, first);
        }
      }
      case JSON -> terminal.out().println(Rendering.line(next));
      case YAML -> terminal.out().print("---\n" + DocumentFiles.yaml(next));
    }
    terminal.out().flush();
  }

  /** Shows the time that passes without an answer, where that can be shown. */
  void pass() {
    if (terminal.colour() && isTable() && !isEmpty() && !isOver(answer.getRun().getState())) {
      live.show(lines(passed(answer.getProgress(), quiet())));
    }
  }

  /** The server is away: told above what it said last, or once until it answers again. */
  void away() {
    if (terminal.colour() && isTable()) {
      List<String> lines = new ArrayList<>();
      lines.add(
          terminal.red("the server is away: trying again; this was so ")
              + quiet().toSeconds()
              + " s ago");
      lines.addAll(lines(answer.getProgress()));
      live.show(lines);
    } else if (!away) {
      terminal.err().println("the server is away: trying again");
    }
    away = true;
  }

  /** How the watched run ended; as far as it was seen. */
  ExitCode exitCode() {
    return switch (answer.getRun().getState()) {
      case ROLLOUT_STATE_ROLLED_BACK -> ExitCode.ROLLED_BACK;
      case ROLLOUT_STATE_CANCELLED -> ExitCode.CANCELLED;
      case ROLLOUT_STATE_UNSPECIFIED,
          ROLLOUT_STATE_PENDING,
          ROLLOUT_STATE_GATE,
          ROLLOUT_STATE_RUNNING,
          ROLLOUT_STATE_HOLDING,
          ROLLOUT_STATE_PAUSED,
          ROLLOUT_STATE_ROLLING_BACK,
          ROLLOUT_STATE_COMPLETED,
          UNRECOGNIZED ->
          ExitCode.OK;
    };
  }

  private boolean isTable() {
    return format == OutputFormat.TABLE || format == OutputFormat.WIDE;
  }

  private void keep(RolloutLogEntry entry) {
    last.add(entry);
    if (last.size() > entries) {
      last.remove();
    }
  }

  private List<String> lines(RolloutProgress progress) {
    List<String> lines = new ArrayList<>(RolloutText.lines(answer.getRun(), progress, terminal));
    if (!last.isEmpty()) {
      lines.add("");
      lines.add("last decisions:");
      last.forEach(entry -> lines.add(RolloutText.line(entry)));
    }
    return lines;
  }

  private void print(WatchRolloutResponse next, List<RolloutLogEntry> news, boolean first) {
    // That the switch was set is no entry before the run's mover has seen it.
    if (first || killed != next.getRun().getKilled()) {
      terminal.out().println(RolloutText.line(next.getRun(), terminal));
    }
    killed = next.getRun().getKilled();
    news.forEach(entry -> terminal.out().println(RolloutText.line(entry)));
    Verdict look = next.getProgress().getVerdict();
    String said = look.getAction() + " " + look.getReason() + " " + look.getMetric();
    if (next.getProgress().hasVerdict() && !said.equals(verdict)) {
      verdict = said;
      terminal
          .out()
          .println(
              Texts.printable(
                  "look %s %s: %s"
                      .formatted(
                          Texts.time(look.getTime()),
                          RolloutText.word(look.getAction()),
                          look.getSentence())));
    }
    if (isOver(next.getRun().getState()) && !first) {
      terminal.out().println(RolloutText.line(next.getRun(), terminal));
    }
  }

  private static boolean isOver(RolloutState state) {
    return state == RolloutState.ROLLOUT_STATE_COMPLETED
        || state == RolloutState.ROLLOUT_STATE_ROLLED_BACK
        || state == RolloutState.ROLLOUT_STATE_CANCELLED;
  }

  /** What is told of a run that goes on as it was told, after a while. */
  static RolloutProgress passed(RolloutProgress progress, Duration time) {
    if (!progress.hasOutlook() || !progress.getOutlook().hasDwellLeft()) {
      return progress;
    }
    RolloutProgress.Builder later = progress.toBuilder();
    for (StageProgress.Builder stage : later.getStagesBuilderList()) {
      if (stage.getState() == StageState.STAGE_STATE_CURRENT) {
        stage.setDwelt(Durations.add(stage.getDwelt(), Durations.fromMillis(time.toMillis())));
      }
    }
    later.getOutlookBuilder().setDwellLeft(less(progress.getOutlook().getDwellLeft(), time));
    if (progress.getOutlook().hasMaximumLeft()) {
      later.getOutlookBuilder().setMaximumLeft(less(progress.getOutlook().getMaximumLeft(), time));
    }
    return later.build();
  }

  private static com.google.protobuf.Duration less(
      com.google.protobuf.Duration time, Duration passed) {
    return Durations.fromMillis(Math.max(0, Durations.toMillis(time) - passed.toMillis()));
  }
}
