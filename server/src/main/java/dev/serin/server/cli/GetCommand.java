package dev.serin.server.cli;

import dev.serin.server.catalog.DocumentFiles;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.ListNamespacesRequest;
import dev.serin.v1.ListNamespacesResponse;
import dev.serin.v1.StoredDocument;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists documents and namespaces, or prints one document. */
@Command(
    name = "get",
    description = {
      "List documents or namespaces, or print one document.",
      "A document is printed as the file that 'apply' takes."
    })
final class GetCommand implements Callable<Integer> {
  private static final String NAMESPACES = "namespaces";
  private static final String ALL = "all";

  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      description = "features, segments, layers, holdouts, metrics, rollouts, all or namespaces.")
  private String what = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "Only this one.")
  private @Nullable String key;

  @Option(names = "--contains", paramLabel = "TEXT", description = "Only keys with this text.")
  private String contains = "";

  @Option(names = "--archived", description = "Archived features too.")
  private boolean archived;

  @Option(
      names = "--at",
      paramLabel = "REVISION",
      description = "The document as it was at this revision (with KEY).")
  private long atRevision;

  GetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    boolean namespaces = what.equals(NAMESPACES) || what.equals("namespace");
    List<Kind> kinds =
        namespaces ? List.of() : what.equals(ALL) ? List.of(Kind.values()) : List.of(kind());
    try (Session session = call.open()) {
      if (namespaces) {
        namespaces(session);
      } else if (key == null) {
        list(session, kinds);
      } else if (kinds.size() == 1) {
        one(session, kinds.get(0), key);
      } else {
        throw new CommandFailure(
            ExitCode.USAGE, "all " + key + " (expected: no key, or a kind instead of all)");
      }
    }
    return ExitCode.OK.code();
  }

  private Kind kind() {
    for (Kind kind : Kind.values()) {
      if (what.equals(kind.word()) || what.equals(kind.plural())) {
        return kind;
      }
    }
    throw new CommandFailure(
        ExitCode.USAGE,
        what
            + " (expected: one of "
            + String.join(", ", Kind.plurals())
            + ", "
            + ALL
            + ", "
            + NAMESPACES
            + ")");
  }

  private void namespaces(Session session) {
    ListNamespacesResponse answer =
        session.features().listNamespaces(ListNamespacesRequest.getDefaultInstance());
    ListNamespacesResponse.Builder wanted = ListNamespacesResponse.newBuilder();
    answer.getNamespacesList().stream()
        .filter(namespace -> key == null || namespace.getName().equals(key))
        .filter(namespace -> namespace.getName().contains(contains))
        .forEach(wanted::addNamespaces);
    if (key != null && wanted.getNamespacesCount() == 0) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND, "namespace \"" + key + "\": not found (expected: one that exists)");
    }
    output.print(
        terminal,
        wanted.build(),
        () ->
            Tables.namespaces(wanted.getNamespacesList())
                .lines(terminal)
                .forEach(terminal.out()::println));
  }

  private void list(Session session, List<Kind> kinds) {
    ListDocumentsRequest.Builder filter =
        ListDocumentsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setKeyContains(contains)
            .setIncludeArchived(archived);
    if (kinds.size() == 1) {
      filter.setKind(kinds.get(0).api());
    }
    ListDocumentsResponse all = Listing.documents(session, filter.build());
    output.print(terminal, all, () -> tables(kinds, all.getDocumentsList()));
  }

  private void tables(List<Kind> kinds, List<StoredDocument> documents) {
    String gap = "";
    for (Kind kind : kinds) {
      List<StoredDocument> some = Tables.ofKind(kind, documents);
      if (!some.isEmpty()) {
        terminal.out().print(gap);
        Tables.documents(kind, some, output.isWide())
            .lines(terminal)
            .forEach(terminal.out()::println);
        gap = System.lineSeparator();
      }
    }
    if (documents.isEmpty()) {
      terminal
          .err()
          .println(
              "no "
                  + (kinds.size() == 1 ? kinds.get(0).plural() : "documents")
                  + " in namespace "
                  + call.namespace());
    }
  }

  private void one(Session session, Kind kind, String key) {
    StoredDocument stored =
        session
            .features()
            .getDocument(
                GetDocumentRequest.newBuilder()
                    .setNamespace(call.namespace())
                    .setKind(kind.api())
                    .setKey(key)
                    .setAtRevision(atRevision)
                    .build())
            .getDocument();
    output.print(
        terminal,
        stored,
        () -> {
          terminal
              .out()
              .println(
                  terminal.dim(
                      "# revision "
                          + Texts.number(stored.getRevision())
                          + ", "
                          + Texts.time(stored.getChangeTime())
                          + ", "
                          + Texts.note(stored.getNote())));
          if (stored.getKilled()) {
            terminal.out().println(terminal.red("# KILLED: everybody gets the off variant"));
          }
          if (stored.getArchived()) {
            terminal.out().println(terminal.dim("# archived: not evaluated"));
          }
          terminal.out().print(DocumentFiles.yaml(List.of(stored.getDocument())));
        });
  }
}
