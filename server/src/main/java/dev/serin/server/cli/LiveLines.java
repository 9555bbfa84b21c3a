package dev.serin.server.cli;

import java.util.List;

/**
 * Lines that are renewed: in place where the cursor may move, otherwise printed again and again. In
 * place, lines that are wider than the terminal are cut: a line that goes on in the next one would
 * put the cursor in the wrong place. For one thread.
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

  void show(List<String> lines) {
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
