package dev.serin.server.cli;

import dev.serin.v1.CopyDocumentsRequest;
import dev.serin.v1.CopyDocumentsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies documents from one namespace to another. */
@Command(
    name = "copy",
    description = {
      "Copy documents of the namespace to another one, all or none.",
      "Salts are copied too: a user falls into the same range in both."
    })
final class CopyCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "KIND/KEY",
      description = "What to copy: feature/new-checkout; nothing: all that is not archived.")
  private List<String> documents = new ArrayList<>();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "NAME",
      description = "The namespace to copy to; it exists.")
  private String target = "";

  @Option(names = "--dry-run", description = "Show what would change; change nothing.")
  private boolean dryRun;

  CopyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      CopyDocumentsResponse answer =
          session
              .features()
              .copyDocuments(
                  CopyDocumentsRequest.newBuilder()
                      .setFromNamespace(call.namespace())
                      .setToNamespace(target)
                      .addAllDocuments(documents.stream().map(Kind::parseRef).toList())
                      .setDryRun(dryRun)
                      .setNote(note.note())
                      .build());
      output.print(
          terminal,
          answer,
          () ->
              new Changes(terminal)
                  .print(
                      answer.getChangesList(),
                      answer.getUnchanged(),
                      answer.getRevision(),
                      dryRun));
    }
    return ExitCode.OK.code();
  }
}
