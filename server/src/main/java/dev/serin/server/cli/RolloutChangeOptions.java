package dev.serin.server.cli;

import dev.serin.v1.ChangeNote;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A change of a rollout's run: of which, by whom and why, on which version. */
final class RolloutChangeOptions {
  /** Reasons of Serin's that leave open whether a command was done. */
  private static final Set<String> UNCERTAIN = Set.of("CHANGE_UNCERTAIN", "INTERNAL");

  /** Codes of gRPC's own that do. */
  private static final Set<Status.Code> LOST =
      Set.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          Status.Code.UNKNOWN,
          Status.Code.INTERNAL);

  @Mixin private final RolloutOptions rollout = new RolloutOptions();
  @Mixin private final NoteOptions note = new NoteOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--expect",
      paramLabel = "VERSION",
      description = "Refuse unless the run has this version ('serin rollout status').")
  private @Nullable Long expectedVersion;

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      defaultValue = "",
      description = {
        "The same id does the same command once, however often it is sent in 24 h",
        "(default: a new one, which is told where it is not known whether it was done)."
      })
  private String requestId = "";

  /** Drawn once for a command: a retry of the channel's own is the same request. */
  private final String drawn = UUID.randomUUID().toString();

  RolloutOptions rollout() {
    return rollout;
  }

  ChangeNote note() {
    return note.note();
  }

  OutputOptions output() {
    return output;
  }

  Optional<Long> expectedVersion() {
    if (expectedVersion != null && expectedVersion < 0) {
      throw new CommandFailure(
          ExitCode.USAGE, "--expect: " + expectedVersion + " (expected: 0 or more)");
    }
    return Optional.ofNullable(expectedVersion);
  }

  String requestId() {
    return requestId.isEmpty() ? drawn : requestId;
  }

  /** Calls the server; where nobody knows whether it was done, tells how to ask for it again. */
  <R> R sent(Terminal terminal, Supplier<R> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException failed) {
      if (isUncertain(failed)) {
        terminal
            .err()
            .println(
                "it may have been done: the same command with --request-id "
                    + Texts.printable(requestId())
                    + " does it once and tells");
      }
      throw failed;
    }
  }

  private static boolean isUncertain(StatusRuntimeException failed) {
    String reason = Failures.reasonOf(failed);
    return UNCERTAIN.contains(reason)
        || (reason.isEmpty() && LOST.contains(failed.getStatus().getCode()));
  }
}
