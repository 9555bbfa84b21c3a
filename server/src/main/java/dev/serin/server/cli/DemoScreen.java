package dev.serin.server.cli;

import java.util.List;
import java.util.Locale;

/** The demo's table, renewed in place where the cursor may move. For one thread. */
final class DemoScreen {
  private static final int BAR_COLUMNS = 12;

  /** One to seven eighths of a column. */
  private static final String PARTS = "▏▎▍▌▋▊▉";

  private final Terminal terminal;
  private final DemoFigures figures;
  private LiveLines live;

  DemoScreen(Terminal terminal, DemoFigures figures) {
    this.terminal = terminal;
    this.figures = figures;
    live = new LiveLines(terminal);
  }

  /**
   * Shows the table.
   *
   * @param rollouts how they stand, one line each
   */
  void show(DemoTally tally, long seconds, List<String> rollouts) {
    List<String> lines = lines(tally, seconds);
    lines.addAll(rollouts);
    live.show(lines);
  }

  /** Leaves what is shown where it is: the next table is shown below. */
  void begin() {
    live = new LiveLines(terminal);
  }

  private List<String> lines(DemoTally tally, long seconds) {
    Table table =
        new Table(
            "FEATURE",
            "VARIANT",
            ">LAST " + DemoTally.WINDOW_SECONDS + " S",
            "",
            ">IN ALL",
            ">COUNT",
            ">PER S",
            ">P95",
            ">ERRORS",
            ">BOUGHT",
            "LATEST REASON");
    String last = "";
    for (DemoTally.Row row : tally.rows()) {
      table.row(
          row.feature().equals(last) ? "" : row.feature(),
          row.variant(),
          percent(row.latelyShare()),
          bar(row.latelyShare()),
          percent(row.totalShare()),
          row.count(),
          String.format(Locale.ROOT, "%.1f", row.perSecond()),
          figures.of(row.feature(), row.variant(), DemoBehaviour.LATENCY),
          figures.of(row.feature(), row.variant(), DemoBehaviour.ERROR),
          figures.of(row.feature(), row.variant(), DemoBehaviour.CONVERSION),
          row.reason());
      last = row.feature();
    }
    List<String> lines = table.lines(terminal);
    String refused =
        tally.refused() == 0
            ? ""
            : terminal.red(", " + tally.refused() + " refused, last: " + tally.lastRefusal());
    String refusedOutcomes =
        tally.refusedOutcomes() == 0
            ? ""
            : terminal.red(", " + Texts.count(tally.refusedOutcomes(), "outcome") + " refused");
    String counts =
        Texts.count(tally.answered(), "decision")
            + ", "
            + Texts.count(tally.counted(), "outcome")
            + " counted";
    lines.add(terminal.dim(seconds + " s, " + counts) + refusedOutcomes + refused);
    return lines;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  private static String bar(double share) {
    int eighths = (int) Math.round(share * BAR_COLUMNS * 8);
    String full = "█".repeat(eighths / 8);
    String part = eighths % 8 == 0 ? "" : PARTS.substring(eighths % 8 - 1, eighths % 8);
    String bar = full + part;
    return bar + " ".repeat(BAR_COLUMNS - bar.length());
  }
}
