package dev.serin.server.cli;

import dev.serin.v1.DocumentRef;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Names one document by KIND and KEY, or none. */
final class DocumentParameters {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      converter = Kind.Converter.class,
      description = "Only one document: feature, segment, layer, holdout or metric …")
  private @Nullable Kind kind;

  @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "… and its key.")
  private @Nullable String key;

  Optional<DocumentRef> ref() {
    if (kind == null) {
      return Optional.empty();
    }
    if (key == null) {
      throw new CommandFailure(
          ExitCode.USAGE, kind.word() + " (expected: a key after it, or nothing at all)");
    }
    return Optional.of(DocumentRef.newBuilder().setKind(kind.api()).setKey(key).build());
  }
}
