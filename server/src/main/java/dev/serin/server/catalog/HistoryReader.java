package dev.serin.server.catalog;

import com.google.protobuf.util.Timestamps;
import dev.serin.engine.DocumentId;
import dev.serin.v1.ChangeKind;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.DocumentChange;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.HistoryEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads pages of a namespace's history: documents and kill switches, newest change first. */
final class HistoryReader {
  /** Newest first, within a change in its order. */
  private static final Comparator<Place> NEWEST_FIRST =
      Comparator.comparingLong(Place::revision).reversed().thenComparingInt(Place::seq);

  private HistoryReader() {}

  /** An entry and its place. A kill switch is the only entry of its change. */
  private record Place(long revision, int seq, HistoryEntry entry) {}

  /** One page; namespace's existence is the caller's business. */
  static Page<HistoryEntry> page(Handle handle, HistoryQuery query, NamespaceHead head) {
    HistoryPosition from = position(query);
    int wanted = query.pageSize() + 1;
    List<Place> places = new ArrayList<>(kills(handle, from, wanted));
    PageSize size = new PageSize();
    VersionRows.readBefore(
        handle,
        from,
        wanted,
        version -> {
          // One entry after the page is enough to know that there is more.
          if (!size.isFull()) {
            Place place = place(handle, query.namespace(), version);
            size.add(place.entry().getSerializedSize());
            places.add(place);
          }
        });
    places.sort(NEWEST_FIRST);
    return cut(query, places, head);
  }

  private static HistoryPosition position(HistoryQuery query) {
    if (query.pageToken().isEmpty()) {
      return new HistoryPosition(
          query.namespace(), query.document(), Long.MAX_VALUE, Integer.MAX_VALUE);
    }
    List<String> position = PageToken.read(query.pageToken(), request(query), 2);
    return new HistoryPosition(
        query.namespace(),
        query.document(),
        PageToken.number(query.pageToken(), position.get(0)),
        Math.toIntExact(
            Math.clamp(
                PageToken.number(query.pageToken(), position.get(1)), 0, Integer.MAX_VALUE)));
  }

  private static Object request(HistoryQuery query) {
    return List.of("history", query.namespace(), query.document());
  }

  private static Page<HistoryEntry> cut(
      HistoryQuery query, List<Place> places, NamespaceHead head) {
    List<HistoryEntry> entries = new ArrayList<>();
    PageSize size = new PageSize();
    for (Place place : places) {
      if (entries.size() == query.pageSize() || !size.add(place.entry().getSerializedSize())) {
        Place last = places.get(entries.size() - 1);
        return new Page<>(
            entries,
            head.revision(),
            PageToken.of(
                request(query), Long.toString(last.revision()), Integer.toString(last.seq())));
      }
      entries.add(place.entry());
    }
    return new Page<>(entries, head.revision(), "");
  }

  private static List<Place> kills(Handle handle, HistoryPosition from, int limit) {
    Optional<DocumentId> document = from.document();
    if (document.isPresent() && document.get().kind() != DocumentKind.DOCUMENT_KIND_FEATURE) {
      return List.of();
    }
    @Nullable String feature = document.map(DocumentId::key).orElse(null);
    return KillRows.before(handle, from.namespace(), feature, from.revision(), limit).stream()
        .map(
            kill ->
                new Place(
                    kill.revision(),
                    0,
                    entry(kill.revision(), kill.timeMillis(), kill.note(), kill.source())
                        .setChange(
                            DocumentChange.newBuilder()
                                .setRef(DocumentIds.ref(DocumentIds.feature(kill.feature())))
                                .setKind(
                                    kill.killed()
                                        ? ChangeKind.CHANGE_KIND_KILLED
                                        : ChangeKind.CHANGE_KIND_REVIVED))
                        .build()))
        .toList();
  }

  private static Place place(Handle handle, String namespace, VersionRows.Version version) {
    VersionContent before =
        VersionRows.findAt(handle, namespace, version.id(), version.revision() - 1)
            .map(VersionRows.Version::version)
            .map(VersionContent::of)
            .orElse(null);
    VersionContent after = VersionContent.of(version.version());
    DocumentChange change = VersionContent.change(version.id(), before, after);
    HistoryEntry.Builder entry =
        entry(version.revision(), version.timeMillis(), version.note(), version.source());
    if (change != null) {
      entry.setChange(change);
    }
    return new Place(version.revision(), version.seq(), entry.build());
  }

  private static HistoryEntry.Builder entry(
      long revision, long timeMillis, Note note, ChangeSource source) {
    return HistoryEntry.newBuilder()
        .setRevision(revision)
        .setTime(Timestamps.fromMillis(timeMillis))
        .setNote(note.toProto())
        .setSource(source);
  }
}
