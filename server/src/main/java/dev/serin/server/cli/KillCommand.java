package dev.serin.server.cli;

import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.KillFeatureResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sets a feature's kill switch. */
@Command(
    name = "kill",
    description = {
      "Set a feature's kill switch: everybody gets the off variant, at once.",
      "Documents stay as they are; 'revive' lifts it."
    })
final class KillCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  KillCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      KillFeatureResponse answer =
          session
              .features()
              .killFeature(
                  KillFeatureRequest.newBuilder()
                      .setNamespace(call.namespace())
                      .setKey(feature)
                      .setNote(note.note())
                      .build());
      String state = answer.getChanged() ? terminal.red("killed") : "was killed already";
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
