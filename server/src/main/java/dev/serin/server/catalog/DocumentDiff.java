package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.serin.v1.Document;
import dev.serin.v1.FieldChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person wants to read about two versions of a document: each field that differs, with its
 * path and its JSON before and after.
 *
 * <p>Elements of lists are matched before they are compared (see {@link ListAlignment}), so that a
 * rule put on top is one change and not as many as there are rules. Indexes in paths are those
 * after the change; those before it where the element is gone. Elements that only changed places
 * are one change of the list's order. Pure; empty exactly when the documents are equal.
 */
final class DocumentDiff {
  /** Changes told one by one; a document that differs in more is told as one change. */
  static final int MAX_CHANGES = 1_000;

  private final List<FieldChange> changes = new ArrayList<>();

  private DocumentDiff() {}

  /** The changes in the order of the fields. Both documents are of one kind. */
  static List<FieldChange> diff(Document before, Document after) {
    if (before.getDocumentCase() != after.getDocumentCase()) {
      throw new IllegalArgumentException(
          "after: "
              + after.getDocumentCase()
              + " (expected: "
              + before.getDocumentCase()
              + ", the kind before)");
    }
    DocumentDiff diff = new DocumentDiff();
    // The document is a oneof around the message whose fields paths begin with.
    FieldDescriptor kind =
        Document.getDescriptor().findFieldByNumber(before.getDocumentCase().getNumber());
    if (kind != null) {
      diff.message("", (Message) before.getField(kind), (Message) after.getField(kind));
    }
    if (diff.changes.size() > MAX_CHANGES) {
      return List.of(change("", DiffText.ofMessage(before), DiffText.ofMessage(after)));
    }
    return List.copyOf(diff.changes);
  }

  private void message(String path, Message before, Message after) {
    if (before.equals(after)) {
      return;
    }
    for (FieldDescriptor field : before.getDescriptorForType().getFields()) {
      String fieldPath = path.isEmpty() ? field.getName() : path + "." + field.getName();
      if (field.isRepeated()) {
        list(fieldPath, field, (List<?>) before.getField(field), (List<?>) after.getField(field));
      } else {
        value(fieldPath, field, valueOf(before, field), valueOf(after, field));
      }
    }
  }

  private static @Nullable Object valueOf(Message message, FieldDescriptor field) {
    return message.hasField(field) ? message.getField(field) : null;
  }

  private void value(
      String path, FieldDescriptor field, @Nullable Object before, @Nullable Object after) {
    if (before == null ? after == null : before.equals(after)) {
      return;
    }
    if (before instanceof Message from && after instanceof Message to && !isLeaf(field)) {
      message(path, from, to);
      return;
    }
    changes.add(
        change(
            path,
            before == null ? null : DiffText.of(field, before),
            after == null ? null : DiffText.of(field, after)));
  }

  private void list(String path, FieldDescriptor field, List<?> before, List<?> after) {
    if (before.equals(after)) {
      return;
    }
    ListAlignment alignment = ListAlignment.of(field, before, after);
    if (!alignment.tellable()) {
      changes.add(change(path, DiffText.ofList(field, before), DiffText.ofList(field, after)));
      return;
    }
    for (ListAlignment.Pair pair : alignment.pairs()) {
      int index = pair.after() >= 0 ? pair.after() : pair.before();
      value(
          path + "[" + index + "]",
          field,
          pair.before() >= 0 ? before.get(pair.before()) : null,
          pair.after() >= 0 ? after.get(pair.after()) : null);
    }
    if (alignment.reordered()) {
      changes.add(
          change(path, DiffText.ofIdentities(field, before), DiffText.ofIdentities(field, after)));
    }
  }

  /** Values that are one thing to a person: JSON values, times, durations. */
  private static boolean isLeaf(FieldDescriptor field) {
    return field.getMessageType().getFullName().startsWith("google.protobuf.");
  }

  private static FieldChange change(String path, @Nullable String before, @Nullable String after) {
    FieldChange.Builder change = FieldChange.newBuilder().setPath(path);
    if (before != null) {
      change.setBefore(before);
    }
    if (after != null) {
      change.setAfter(after);
    }
    return change.build();
  }
}
