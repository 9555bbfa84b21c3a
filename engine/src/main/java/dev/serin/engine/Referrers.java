package dev.serin.engine;

import dev.serin.v1.DocumentKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The references of a namespace read backwards: which documents name a document. Immutable.
 *
 * <p>Kept from state to state: only the documents that changed are read again for the next one.
 */
final class Referrers {
  /** The referrers in a namespace without documents. */
  static final Referrers NONE = new Referrers(OrderedMap.of());

  /** Before all references to a document. */
  private static final DocumentId LEAST =
      new DocumentId(DocumentKind.DOCUMENT_KIND_UNSPECIFIED, "");

  /** Each reference, with who makes it: those to one document stand side by side. */
  private final OrderedMap<Reference, DocumentId> references;

  private Referrers(OrderedMap<Reference, DocumentId> references) {
    this.references = references;
  }

  /** One document names another, which need not be there. */
  private record Reference(DocumentId to, DocumentId by) implements Comparable<Reference> {
    private static final Comparator<Reference> ORDER =
        Comparator.comparing(Reference::to).thenComparing(Reference::by);

    @Override
    public int compareTo(Reference other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * Returns the referrers after a change of the documents of one kind.
   *
   * @param documentsBefore the documents of the kind that these are the referrers of
   * @param names what a document of the kind names
   */
  <T> Referrers next(
      DocumentKind kind,
      OrderedMap<String, T> documentsBefore,
      OrderedMap<String, T> documents,
      Function<T, Set<DocumentId>> names) {
    OrderedMap.Editor<Reference, DocumentId> next = references.edit();
    documents.forEachDifference(
        documentsBefore,
        (key, before, after) ->
            replace(
                next,
                new DocumentId(kind, key),
                before == null ? Set.of() : names.apply(before),
                after == null ? Set.of() : names.apply(after)));
    return new Referrers(next.build());
  }

  private static void replace(
      OrderedMap.Editor<Reference, DocumentId> next,
      DocumentId by,
      Set<DocumentId> before,
      Set<DocumentId> after) {
    for (DocumentId to : before) {
      if (!after.contains(to)) {
        next.remove(new Reference(to, by));
      }
    }
    for (DocumentId to : after) {
      if (!before.contains(to)) {
        next.put(new Reference(to, by), by);
      }
    }
  }

  /** Returns the documents that name a document themselves, by kind and key. */
  List<DocumentId> of(DocumentId document) {
    List<DocumentId> found = new ArrayList<>();
    for (Map.Entry<Reference, DocumentId> reference :
        references.entriesAfter(new Reference(document, LEAST))) {
      if (!reference.getKey().to().equals(document)) {
        break;
      }
      found.add(reference.getValue());
    }
    return found;
  }

  /** Returns some documents and all that name them, directly or through others. */
  Set<DocumentId> with(Set<DocumentId> documents) {
    Set<DocumentId> found = new LinkedHashSet<>(documents);
    Deque<DocumentId> open = new ArrayDeque<>(documents);
    while (!open.isEmpty()) {
      for (DocumentId referrer : of(open.remove())) {
        if (found.add(referrer)) {
          open.add(referrer);
        }
      }
    }
    return found;
  }

  /** Compares by what they hold, for tests. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Referrers referrers && references.equals(referrers.references);
  }

  @Override
  public int hashCode() {
    return references.hashCode();
  }

  @Override
  public String toString() {
    return references.keySet().toString();
  }
}
