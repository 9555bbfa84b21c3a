package dev.serin.server.cli;

import dev.serin.v1.ReviveFeatureRequest;
import dev.serin.v1.ReviveFeatureResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lifts a feature's kill switch. */
@Command(name = "revive", description = "Lift a feature's kill switch: its document decides again.")
final class ReviveCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  ReviveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      ReviveFeatureResponse answer =
          session
              .features()
              .reviveFeature(
                  ReviveFeatureRequest.newBuilder()
                      .setNamespace(call.namespace())
                      .setKey(feature)
                      .setNote(note.note())
                      .build());
      String state = answer.getChanged() ? terminal.green("revived") : "was not killed";
      output.print(
          terminal,
          answer,
          () ->
              terminal
                  .out()
                  .printf(
                      "feature %s: %s (revision %s)%n",
                      feature, state, Long.toUnsignedString(answer.getRevision())));
    }
    return ExitCode.OK.code();
  }
}
