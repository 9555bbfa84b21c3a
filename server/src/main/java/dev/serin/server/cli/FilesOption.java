package dev.serin.server.cli;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.ParsedDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The files of documents a command reads. */
final class FilesOption {
  private static final String STANDARD_INPUT = "-";

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|DIR|-",
      description =
          "Documents as YAML or JSON: a file, a directory, or standard input. Repeatable.")
  private List<String> files = new ArrayList<>();

  /** Reads all of them; a document that stands in two places is an error. */
  ParsedDocuments read(Terminal terminal) {
    List<ParsedDocuments> parts = new ArrayList<>();
    for (String file : files) {
      parts.add(file.equals(STANDARD_INPUT) ? readInput(terminal) : DocumentFiles.read(path(file)));
    }
    ParsedDocuments all = ParsedDocuments.merge(parts);
    // A directory has told of its own doubles already.
    return new ParsedDocuments(all.documents(), all.errors().stream().distinct().toList());
  }

  /** Prints errors as editors and other tools take them, one a line. */
  static void print(Terminal terminal, List<FileError> errors) {
    for (FileError error : errors) {
      terminal.out().println(error);
    }
    terminal.out().flush();
    terminal.err().println(terminal.red("error: ") + Texts.count(errors.size(), "violation"));
  }

  private static ParsedDocuments readInput(Terminal terminal) {
    try {
      return DocumentFiles.parse("stdin", terminal.in().readAllBytes());
    } catch (IOException unreadable) {
      throw new CommandFailure(ExitCode.USAGE, "-f -: " + unreadable.getMessage());
    }
  }

  private static Path path(String file) {
    try {
      Path path = Path.of(file);
      if (Files.exists(path)) {
        return path;
      }
    } catch (InvalidPathException malformed) {
      // Answered below: no file has such a name.
    }
    throw new CommandFailure(
        ExitCode.USAGE, "-f " + file + ": not there (expected: a file or a directory)");
  }
}
