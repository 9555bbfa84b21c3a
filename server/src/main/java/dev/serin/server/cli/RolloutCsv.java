package dev.serin.server.cli;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A run's log as CSV (RFC 4180): a row for each entry, every text quoted. Texts that a spreadsheet
 * would take for a formula get an apostrophe in front: who commands and why, people write.
 */
final class RolloutCsv {
  private static final String END = "\r\n";

  private static final List<String> COLUMNS =
      List.of(
          "namespace",
          "rollout",
          "run",
          "run_id",
          "feature",
          "split",
          "version",
          "time",
          "actor",
          "event",
          "from_state",
          "from_stage",
          "state",
          "stage",
          "stage_name",
          "from_traffic_percent",
          "traffic_percent",
          "verdict",
          "metric",
          "reason");

  private RolloutCsv() {}

  static String header() {
    return String.join(",", COLUMNS) + END;
  }

  static String row(RolloutRun run, RolloutLogEntry entry) {
    List<String> cells =
        List.of(
            text(run.getNamespace()),
            text(run.getRollout()),
            Texts.number(run.getNumber()),
            text(run.getRunId()),
            text(run.getFeature()),
            text(run.getSplit()),
            Texts.number(entry.getVersion()),
            Timestamps.toString(entry.getTime()),
            text(entry.getNote().getActor()),
            RolloutText.event(entry),
            RolloutText.stateOf(entry.getFromState()),
            Integer.toUnsignedString(entry.getFromStage()),
            RolloutText.stateOf(entry.getState()),
            Integer.toUnsignedString(entry.getStage()),
            text(entry.getStageName()),
            percent(entry.getFromTraffic(), entry.getFromTrafficOf()),
            percent(entry.getTraffic(), entry.getTrafficOf()),
            entry.hasVerdict() ? RolloutText.word(entry.getVerdict().getAction()) : "",
            text(entry.getVerdict().getMetric()),
            text(entry.getNote().getReason()));
    return cells.stream().collect(Collectors.joining(",", "", END));
  }

  /** Of nothing it is not known. */
  private static String percent(int parts, int of) {
    return of == 0 ? "" : Rendering.number(100.0 * parts / of);
  }

  private static String text(String text) {
    boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
    return "\"" + (formula ? "'" : "") + text.replace("\"", "\"\"") + "\"";
  }
}
