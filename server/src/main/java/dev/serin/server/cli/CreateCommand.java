package dev.serin.server.cli;

import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.CreateNamespaceResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Creates a namespace. */
@Command(name = "create", description = "Create a namespace.")
final class CreateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(index = "0", paramLabel = "namespace", description = "The word 'namespace'.")
  private String what = "";

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "Its name: [a-z0-9][a-z0-9-]*, at most 64 characters.")
  private String name = "";

  CreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!what.equals("namespace")) {
      throw new CommandFailure(
          ExitCode.USAGE, what + " (expected: namespace; 'apply' creates documents)");
    }
    try (Session session = call.open()) {
      CreateNamespaceResponse answer =
          session
              .features()
              .createNamespace(
                  CreateNamespaceRequest.newBuilder().setName(name).setNote(note.note()).build());
      output.print(
          terminal, answer, () -> terminal.out().println("namespace " + name + ": created"));
    }
    return ExitCode.OK.code();
  }
}
