package dev.serin.server.catalog;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.Namespace;

/**
 * A namespace's row: where its history ends.
 *
 * @param name its name
 * @param revision its revision
 * @param head identity of the change with this revision: a store that was set back to a copy may
 *     reach the same revision by another way
 * @param createdMillis when it was created, milliseconds since 1970
 */
record NamespaceHead(String name, long revision, long head, long createdMillis) {
  Namespace toProto() {
    return Namespace.newBuilder()
        .setName(name)
        .setRevision(revision)
        .setCreateTime(Timestamps.fromMillis(createdMillis))
        .build();
  }
}
