package dev.serin.server.cli;

import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.OfflineValidation;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.plan.OfflineRollouts;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.plan.PlanReading;
import dev.serin.v1.Document;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** Checks documents without changing anything. */
@Command(
    name = "validate",
    description = {
      "Check documents; change nothing. Violations go to standard output, one a line:",
      "FILE:LINE:COLUMN: FIELD: VALUE (expected: …)",
      "Without --server the files are taken for all that the namespace holds."
    })
final class ValidateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final FilesOption files = new FilesOption();

  ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The command with words of its own for --server: here no environment and no default counts. */
  static CommandLine commandLine(Terminal terminal) {
    CommandLine command = new CommandLine(new ValidateCommand(terminal));
    CommandSpec spec = command.getCommandSpec();
    OptionSpec server = spec.findOption("--server");
    spec.remove(server);
    spec.addOption(
        OptionSpec.builder(server)
            .description("Check beside what this server holds, at its gRPC address.")
            .build());
    return command;
  }

  @Override
  public Integer call() {
    ParsedDocuments parsed = files.read(terminal);
    List<FileError> errors = new ArrayList<>(parsed.errors());
    boolean online = spec.commandLine().getParseResult().hasMatchedOption("--server");
    // What could not be read has no meaning yet that could be wrong.
    if (errors.isEmpty()) {
      errors.addAll(online ? check(parsed) : offline(parsed));
    }
    if (!errors.isEmpty()) {
      FilesOption.print(terminal, errors);
      return ExitCode.REFUSED.code();
    }
    terminal
        .out()
        .println(
            Texts.count(parsed.documents().size(), "document")
                + ": valid"
                + (online ? " in namespace " + call.namespace() : ""));
    return ExitCode.OK.code();
  }

  private List<FileError> offline(ParsedDocuments parsed) {
    List<Document> documents = parsed.toDocuments();
    List<FieldViolation> violations = new ArrayList<>(OfflineValidation.violations(documents));
    OfflineRollouts rollouts = OfflineRollouts.validate(documents, violations.isEmpty());
    violations.addAll(rollouts.violations());
    for (String rollout : rollouts.unchecked()) {
      terminal
          .err()
          .println(
              rollout + ": its feature is in none of the files: split and metrics not checked");
    }
    return parsed.locate(violations);
  }

  /** A server knows no rollouts yet: they are checked here, beside what it holds. */
  private List<FileError> check(ParsedDocuments parsed) {
    List<Document> rollouts = parsed.toDocuments().stream().filter(Document::hasRollout).toList();
    List<Document> others =
        parsed.toDocuments().stream().filter(document -> !document.hasRollout()).toList();
    try (Session session = call.open()) {
      List<FileError> errors = new ArrayList<>();
      if (rollouts.isEmpty() || !others.isEmpty()) {
        errors.addAll(session.violations(call.namespace(), parsed, others));
      }
      if (!rollouts.isEmpty()) {
        // Of two documents with one name the later counts, the file's.
        List<Document> all =
            new ArrayList<>(
                ServedDocuments.of(session, call.namespace(), featuresOfRollouts(parsed)));
        all.addAll(others);
        all.addAll(rollouts);
        errors.addAll(parsed.locate(violations(all, errors.isEmpty())));
      }
      return errors;
    }
  }

  private List<FieldViolation> violations(List<Document> all, boolean othersValid) {
    OfflineRollouts checked = OfflineRollouts.validate(all, othersValid);
    List<FieldViolation> violations = new ArrayList<>(checked.violations());
    for (String rollout : checked.unchecked()) {
      violations.add(
          new FieldViolation(
              rollout,
              "feature",
              "not there (expected: a feature of the files or of namespace "
                  + call.namespace()
                  + ")"));
    }
    return violations;
  }

  /** Keys of the features that sound rollouts of the files move. */
  static Set<String> featuresOfRollouts(ParsedDocuments parsed) {
    return parsed.toDocuments().stream()
        .filter(Document::hasRollout)
        .flatMap(
            document ->
                PlanReader.read(document.getRollout()) instanceof PlanReading.Valid valid
                    ? Stream.of(valid.plan().feature())
                    : Stream.empty())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
