package dev.serin.server.cli;

import dev.serin.server.catalog.FileError;
import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.error.ErrorReason;
import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.Document;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates or replaces documents, all or none. */
@Command(
    name = "apply",
    description = {
      "Create or replace documents, all or none; --dry-run shows what that would change.",
      "Documents that stand in no file stay as they are."
    })
final class ApplyCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final FilesOption files = new FilesOption();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(names = "--dry-run", description = "Show what would change; change nothing.")
  private boolean dryRun;

  @Option(
      names = "--expect",
      paramLabel = "REVISION",
      description = "Refuse unless the namespace has this revision ('serin get namespaces').")
  private @Nullable Long expectedRevision;

  ApplyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ParsedDocuments parsed = files.read(terminal);
    if (!parsed.errors().isEmpty()) {
      return refuse(parsed.errors());
    }
    try (Session session = call.open()) {
      ApplyDocumentsResponse answer = session.features().applyDocuments(request(parsed));
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
      return ExitCode.OK.code();
    } catch (StatusRuntimeException refused) {
      if (!Failures.reasonOf(refused).equals(ErrorReason.INVALID_DOCUMENT.name())) {
        throw refused;
      }
      return refuse(violations(parsed, refused));
    }
  }

  private ApplyDocumentsRequest request(ParsedDocuments parsed) {
    ApplyDocumentsRequest.Builder request =
        ApplyDocumentsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setDryRun(dryRun)
            .setNote(note.note());
    for (Document document : parsed.toDocuments()) {
      request.addDocuments(ApplyDocument.newBuilder().setDocument(document));
    }
    if (expectedRevision != null) {
      request.setExpectedRevision(expectedRevision);
    }
    return request.build();
  }

  /** All of them, with their places: a refusal has room for some. */
  private List<FileError> violations(ParsedDocuments parsed, StatusRuntimeException refused) {
    try (Session session = call.open()) {
      List<FileError> violations = session.violations(call.namespace(), parsed);
      if (violations.isEmpty()) {
        // Somebody changed what they depend on in between.
        throw refused;
      }
      return violations;
    }
  }

  private int refuse(List<FileError> errors) {
    FilesOption.print(terminal, errors);
    terminal.err().println("nothing was changed");
    return ExitCode.REFUSED.code();
  }
}
