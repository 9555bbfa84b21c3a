package dev.serin.server.cli;

import dev.serin.v1.ChangeNote;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A change of a rollout's run: of which, by whom and why, on which version. */
final class RolloutChangeOptions {
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
        "(default: a new one)."
      })
  private String requestId = "";

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
    return requestId;
  }
}
