package dev.serin.server.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines that are renewed: in place where the cursor may move, otherwise printed again and again. In
 * place, lines that are wider than the terminal are cut: a line that goes on in the next one would
 * put the cursor in the wrong place. So would lines above the terminal's first row, which no cursor
 * reaches: what is below the last row is left out. For one thread.
 */
final class LiveLines {
  /** Until told otherwise, the terminal cuts lines, or wraps them. */
  private static final String CUT = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";

  private final Terminal terminal;
  private int linesOnScreen;

  LiveLines(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows lines, as many as are seen at once. */
  void show(List<String> lines) {
    renew(terminal.colour() ? fitting(lines) : lines);
  }

  /** Shows lines for the last time, all of them. */
  void end(List<String> lines) {
    renew(lines);
  }

  /** The first lines, where not all of them fit; the cursor needs the row below. */
  private List<String> fitting(List<String> lines) {
    int room = Math.max(2, terminal.rows().getAsInt()) - 1;
    if (lines.size() <= room) {
      return lines;
    }
    List<String> fitting = new ArrayList<>(lines.subList(0, room - 1));
    int hidden = lines.size() - fitting.size();
    fitting.add(terminal.dim("and " + hidden + " more lines, which need a higher terminal"));
    return fitting;
  }

  private void renew(List<String> lines) {
    if (terminal.colour()) {
      if (linesOnScreen > 0) {
        terminal.out().print("\u001b[" + linesOnScreen + "A\u001b[J");
      }
      terminal.out().print(CUT);
      lines.forEach(terminal.out()::println);
      terminal.out().print(WRAP);
    } else {
      lines.forEach(terminal.out()::println);
      terminal.out().println();
    }
    terminal.out().flush();
    linesOnScreen = lines.size();
  }
}
