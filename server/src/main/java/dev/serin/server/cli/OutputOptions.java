package dev.serin.server.cli;

import com.google.protobuf.Message;
import dev.serin.server.catalog.DocumentFiles;
import picocli.CommandLine.Option;

/** How a command prints what it was asked for. */
final class OutputOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, wide, json or yaml (default: table).")
  private OutputFormat format = OutputFormat.TABLE;

  /** Prints the message, as itself or as the table, which is made only where it is wanted. */
  void print(Terminal terminal, Message message, Runnable table) {
    switch (format) {
      case TABLE, WIDE -> table.run();
      case JSON -> terminal.out().println(Rendering.json(message));
      case YAML -> terminal.out().print(DocumentFiles.yaml(message));
    }
  }

  /** How it is printed. */
  OutputFormat format() {
    return format;
  }

  /** True: more columns are welcome. */
  boolean isWide() {
    return format == OutputFormat.WIDE;
  }
}
