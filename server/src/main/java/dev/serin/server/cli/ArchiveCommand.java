package dev.serin.server.cli;

import dev.serin.v1.ArchiveFeatureRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Archives a feature that nothing refers to. */
@Command(
    name = "archive",
    description = {
      "Archive a feature that nothing refers to: kept and listed, no longer evaluated.",
      "Apply or restore it to have it back."
    })
final class ArchiveCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();

  @Parameters(paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  ArchiveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      long revision =
          session
              .features()
              .archiveFeature(
                  ArchiveFeatureRequest.newBuilder()
                      .setNamespace(call.namespace())
                      .setKey(feature)
                      .setNote(note.note())
                      .build())
              .getRevision();
      terminal
          .out()
          .println("feature " + feature + ": archived (revision " + Texts.number(revision) + ")");
    }
    return ExitCode.OK.code();
  }
}
