package dev.serin.server.cli;

import dev.serin.v1.AwaitedReplica;
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
  /** Replicas say each second that they live. */
  private static final long SILENT_SECONDS = 3;

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
          () -> {
            terminal
                .out()
                .printf(
                    "feature %s: %s (revision %s)%n",
                    feature, state, Long.toUnsignedString(answer.getRevision()));
            answer.getAwaitedList().forEach(this::printCutOff);
          });
    }
    return ExitCode.OK.code();
  }

  /** One that says that it lives follows at once, and need not be told of. */
  private void printCutOff(AwaitedReplica replica) {
    long seconds = replica.getSilent().getSeconds();
    if (seconds >= SILENT_SECONDS) {
      terminal
          .out()
          .printf(
              "  replica %s may still serve it as it was: silent for %d s%n",
              replica.getName(), seconds);
    }
  }
}
