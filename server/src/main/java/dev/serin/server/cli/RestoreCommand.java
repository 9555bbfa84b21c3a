package dev.serin.server.cli;

import dev.serin.v1.RestoreDocumentsRequest;
import dev.serin.v1.RestoreDocumentsResponse;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a document, or all of a namespace, what it was. */
@Command(
    name = "restore",
    description = {
      "Make a document, or all of the namespace, what it was at an earlier revision.",
      "Kill switches stay as they are."
    })
final class RestoreCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Mixin private final DocumentParameters document = new DocumentParameters();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "REVISION",
      description = "The revision to go back to ('serin history' lists them).")
  private long revision;

  @Option(names = "--dry-run", description = "Show what would change; change nothing.")
  private boolean dryRun;

  @Option(
      names = "--expect",
      paramLabel = "REVISION",
      description = "Refuse unless the namespace has this revision.")
  private @Nullable Long expectedRevision;

  RestoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (revision < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--to: " + revision + " (expected: 1 or more)");
    }
    RestoreDocumentsRequest.Builder request =
        RestoreDocumentsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setRevision(revision)
            .setDryRun(dryRun)
            .setNote(note.note());
    document.ref().ifPresent(ref -> request.setKind(ref.getKind()).setKey(ref.getKey()));
    if (expectedRevision != null) {
      request.setExpectedRevision(expectedRevision);
    }
    try (Session session = call.open()) {
      RestoreDocumentsResponse answer = session.features().restoreDocuments(request.build());
      output.print(
          terminal,
          answer,
          () ->
              new Changes(terminal)
                  .print(answer.getChangesList(), 0, answer.getRevision(), dryRun));
    }
    return ExitCode.OK.code();
  }
}
