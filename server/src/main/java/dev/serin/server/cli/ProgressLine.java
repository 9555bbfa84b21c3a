package dev.serin.server.cli;

/** A bar that grows while something long is done; nothing where the output is no terminal. */
final class ProgressLine {
  private static final int WIDTH = 30;

  private final Terminal terminal;
  private final String name;
  private final int total;
  private int shown = -1;

  ProgressLine(Terminal terminal, String name, int total) {
    this.terminal = terminal;
    this.name = name;
    this.total = total;
  }

  /** So much is done; called by many threads. */
  synchronized void done(int count) {
    int filled = (int) ((long) WIDTH * count / total);
    if (!terminal.colour() || filled <= shown) {
      return;
    }
    shown = filled;
    terminal
        .err()
        .print(
            "\r"
                + "█".repeat(filled)
                + "░".repeat(WIDTH - filled)
                + " "
                + 100L * count / total
                + " % "
                + name);
    terminal.err().flush();
  }

  /** Removes the bar. */
  synchronized void clear() {
    if (terminal.colour()) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
    }
  }
}
