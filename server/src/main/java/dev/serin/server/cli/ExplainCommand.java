package dev.serin.server.cli;

import com.google.protobuf.Timestamp;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decides one feature for one user and says why. */
@Command(
    name = "explain",
    description = {
      "Say why a user gets what they get: every step and every draw.",
      "Counts as no exposure."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final ContextOptions context = new ContextOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "FEATURE", description = "Key of the feature.")
  private String feature = "";

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "Decide as at this moment: 2027-01-01T00:00:00Z (default: now).")
  private @Nullable String at;

  ExplainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ExplainRequest.Builder request =
        ExplainRequest.newBuilder()
            .setNamespace(call.namespace())
            .setFeature(feature)
            .setUserKey(context.userKey())
            .setAttributes(context.attributes());
    if (at != null) {
      request.setAt(moment(at));
    }
    try (Session session = call.open()) {
      ExplainResponse answer = session.decisions().explain(request.build());
      output.print(
          terminal,
          answer,
          () ->
              new Reasoning(terminal).print(call.namespace(), feature, context.userKey(), answer));
    }
    return ExitCode.OK.code();
  }

  private static Timestamp moment(String text) {
    try {
      Instant moment = Instant.parse(text);
      return Timestamp.newBuilder()
          .setSeconds(moment.getEpochSecond())
          .setNanos(moment.getNano())
          .build();
    } catch (DateTimeException malformed) {
      throw new CommandFailure(
          ExitCode.USAGE, "--at: " + text + " (expected: a time like 2027-01-01T00:00:00Z)");
    }
  }
}
