package dev.serin.server.cli;

import dev.serin.v1.RolloutSlot;
import dev.serin.v1.VerdictMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where runs stood, minute by minute. */
final class RolloutSlotsTable {
  private static final String NONE = "-";

  /** Columns of a metric. */
  private static final int EVIDENCE = 7;

  private RolloutSlotsTable() {}

  /** A row for each metric of a minute, and one where nothing was looked at. */
  static Table of(List<RolloutSlot> slots) {
    Table table =
        new Table(
            "TIME",
            "ROLLOUT",
            "STATE",
            "STAGE",
            ">TRAFFIC",
            ">LOOKS",
            "METRIC",
            "ROLE",
            ">TREATMENT",
            ">CONTROL",
            ">ODDS",
            ">ALARM AT",
            "OF");
    for (RolloutSlot slot : slots) {
      for (VerdictMetric metric : slot.getVerdict().getMetricsList()) {
        row(table, slot, VerdictText.evidence(metric));
      }
      if (slot.getVerdict().getMetricsCount() == 0) {
        row(table, slot, Collections.nCopies(EVIDENCE, NONE));
      }
    }
    return table;
  }

  private static void row(Table table, RolloutSlot slot, List<String> evidence) {
    List<Object> row = new ArrayList<>();
    row.add(Texts.time(slot.getTime()));
    row.add(slot.getRollout());
    row.add(RolloutText.stateOf(slot.getState()));
    row.add(slot.getStageName().isEmpty() ? NONE : slot.getStageName());
    row.add(slot.hasTrafficShare() ? VerdictText.percent(slot.getTrafficShare()) : NONE);
    row.add(Texts.number(slot.getLooks()));
    row.addAll(evidence);
    table.row(row.toArray());
  }
}
