package dev.serin.server.cli;

import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What a document is, as people type it: one word, in the singular or the plural. */
enum Kind {
  FEATURE(DocumentKind.DOCUMENT_KIND_FEATURE),
  SEGMENT(DocumentKind.DOCUMENT_KIND_SEGMENT),
  LAYER(DocumentKind.DOCUMENT_KIND_LAYER),
  HOLDOUT(DocumentKind.DOCUMENT_KIND_HOLDOUT),
  METRIC(DocumentKind.DOCUMENT_KIND_METRIC),
  ROLLOUT(DocumentKind.DOCUMENT_KIND_ROLLOUT);

  private final DocumentKind api;

  Kind(DocumentKind api) {
    this.api = api;
  }

  DocumentKind api() {
    return api;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String plural() {
    return word() + "s";
  }

  /** The word of any kind, those of a newer server included. */
  static String word(DocumentKind kind) {
    return kind.name().replace("DOCUMENT_KIND_", "").toLowerCase(Locale.ROOT);
  }

  /** Every kind's plural, for texts. */
  static List<String> plurals() {
    return Arrays.stream(values()).map(Kind::plural).toList();
  }

  static Kind parse(String text) {
    for (Kind kind : values()) {
      if (text.equalsIgnoreCase(kind.word()) || text.equalsIgnoreCase(kind.plural())) {
        return kind;
      }
    }
    List<String> words = Arrays.stream(values()).map(Kind::word).toList();
    throw new CommandFailure(
        ExitCode.USAGE, "'" + text + "' (expected: one of " + String.join(", ", words) + ")");
  }

  /** Reads {@code feature/new-checkout}. */
  static DocumentRef parseRef(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash == text.length() - 1) {
      throw new CommandFailure(
          ExitCode.USAGE, "'" + text + "' (expected: KIND/KEY, such as feature/new-checkout)");
    }
    return DocumentRef.newBuilder()
        .setKind(parse(text.substring(0, slash)).api())
        .setKey(text.substring(slash + 1))
        .build();
  }

  /** Reads {@code feature} and {@code features}. */
  static final class Converter implements ITypeConverter<Kind> {
    @Override
    public Kind convert(String text) {
      try {
        return parse(text);
      } catch (CommandFailure unknown) {
        throw new TypeConversionException(String.valueOf(unknown.getMessage()));
      }
    }
  }
}
