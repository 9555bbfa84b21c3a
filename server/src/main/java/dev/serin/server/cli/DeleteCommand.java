package dev.serin.server.cli;

import dev.serin.v1.DeleteDocumentRequest;
import dev.serin.v1.DeleteNamespaceRequest;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a document that nothing refers to, or an empty namespace. */
@Command(
    name = "delete",
    description = "Delete a document that nothing refers to, or an empty namespace.")
final class DeleteCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "feature, segment, layer, holdout, metric, rollout or namespace.")
  private String kind = "";

  @Parameters(index = "1", paramLabel = "KEY", description = "Its key.")
  private String key = "";

  @Option(
      names = "--expect",
      paramLabel = "REVISION",
      description = "Refuse unless the document has this revision.")
  private @Nullable Long expectedRevision;

  DeleteCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      if (kind.equals("namespace")) {
        session
            .features()
            .deleteNamespace(
                DeleteNamespaceRequest.newBuilder().setName(key).setNote(note.note()).build());
        terminal.out().println("namespace " + key + ": deleted");
      } else {
        document(session, Kind.parse(kind));
      }
    }
    return ExitCode.OK.code();
  }

  private void document(Session session, Kind kind) {
    DeleteDocumentRequest.Builder request =
        DeleteDocumentRequest.newBuilder()
            .setNamespace(call.namespace())
            .setKind(kind.api())
            .setKey(key)
            .setNote(note.note());
    if (expectedRevision != null) {
      request.setExpectedRevision(expectedRevision);
    }
    long revision = session.features().deleteDocument(request.build()).getRevision();
    terminal
        .out()
        .println(kind.word() + " " + key + ": deleted (revision " + Texts.number(revision) + ")");
  }
}
