package dev.serin.server.cli;

import dev.serin.v1.ChangeKind;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.FieldChange;
import java.util.List;
import java.util.Locale;

/** What a change changes, printed so that a person sees it at a glance. */
final class Changes {
  /** Characters of one JSON value of a field; the rest is in -o json. */
  private static final int MAX_VALUE = 120;

  private final Terminal terminal;

  Changes(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Prints the changes and what became of them.
   *
   * @param changes a change for each document that differs
   * @param unchanged documents that do not
   * @param revision revision of the namespace
   * @param dryRun nothing was changed
   */
  void print(List<DocumentChange> changes, int unchanged, long revision, boolean dryRun) {
    for (DocumentChange change : changes) {
      String name = Kind.word(change.getRef().getKind()) + " " + change.getRef().getKey();
      terminal.out().println(styled(change.getKind(), name + ": " + word(change.getKind())));
      change.getFieldsList().forEach(this::print);
    }
    String outcome =
        changes.isEmpty()
            ? "nothing to change"
            : Texts.count(changes.size(), "document") + (dryRun ? " would change" : " changed");
    terminal
        .out()
        .printf(
            "%s%s, revision %s%s%n",
            outcome,
            unchanged == 0 ? "" : ", " + unchanged + " unchanged",
            Texts.number(revision),
            dryRun ? " (dry run)" : "");
  }

  static String word(ChangeKind kind) {
    return kind.name().replace("CHANGE_KIND_", "").toLowerCase(Locale.ROOT);
  }

  private void print(FieldChange field) {
    if (!field.getBefore().isEmpty()) {
      terminal
          .out()
          .println(terminal.red("  - " + field.getPath() + ": " + shown(field.getBefore())));
    }
    if (!field.getAfter().isEmpty()) {
      terminal
          .out()
          .println(terminal.green("  + " + field.getPath() + ": " + shown(field.getAfter())));
    }
  }

  private String styled(ChangeKind kind, String text) {
    return switch (kind) {
      case CHANGE_KIND_CREATED, CHANGE_KIND_REVIVED -> terminal.green(text);
      case CHANGE_KIND_UPDATED -> terminal.yellow(text);
      case CHANGE_KIND_DELETED, CHANGE_KIND_ARCHIVED, CHANGE_KIND_KILLED -> terminal.red(text);
      case CHANGE_KIND_UNSPECIFIED, UNRECOGNIZED -> text;
    };
  }

  private static String shown(String json) {
    return json.length() <= MAX_VALUE ? json : json.substring(0, MAX_VALUE - 1) + "…";
  }
}
