package dev.serin.server.cli;

import dev.serin.v1.ChangeNote;
import picocli.CommandLine.Option;

/** Who changes something and why, for the history. */
final class NoteOptions {
  @Option(
      names = "--actor",
      paramLabel = "NAME",
      defaultValue = "${env:USER:-unknown}",
      description = "Who makes the change (default: $USER).")
  private String actor = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why; it stands in the history.")
  private String reason = "";

  ChangeNote note() {
    return ChangeNote.newBuilder().setActor(actor).setReason(reason).build();
  }
}
