package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import dev.serin.v1.Document;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reader of documents in the proto's JSON form that goes on after an error.
 *
 * <p>Names may be those of the proto or lowerCamelCase. null means absent, except inside free JSON.
 * Everything that is wrong is added to the errors with its place; the message is then incomplete.
 */
final class NodeDecoder {
  private final FileErrors errors;
  private final ScalarDecoder scalars;
  private final JsonValueDecoder json;

  NodeDecoder(FileErrors errors) {
    this.errors = errors;
    this.scalars = new ScalarDecoder(errors);
    this.json = new JsonValueDecoder(errors);
  }

  /** One document; without content where none could be read. */
  Document document(YamlNode node) {
    Document.Builder document = Document.newBuilder();
    int before = errors.size();
    message(document, node, "");
    if (document.getDocumentCase() == Document.DocumentCase.DOCUMENT_NOT_SET
        && errors.size() == before) {
      errors.add(node, "", "no document (expected: one of " + names(document) + ")");
    }
    return document.build();
  }

  static String statedTwice(YamlNode first) {
    return "stated twice, first in line " + first.line() + " (expected: once)";
  }

  private void message(Message.Builder message, YamlNode node, String path) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      refuse(node, path, "a mapping of " + names(message));
      return;
    }
    Map<FieldDescriptor, YamlNode> seen = new HashMap<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      FieldDescriptor field = field(message.getDescriptorForType(), entry.key().text());
      if (field == null) {
        addUnknown(message, entry.key(), path);
        continue;
      }
      String fieldPath = path(path, field);
      YamlNode first = seen.putIfAbsent(field, entry.key());
      if (first != null) {
        errors.add(entry.key(), named(fieldPath, field), statedTwice(first));
      } else if (!isAbsent(field, entry.value()) && !isSecondOfOneof(message, field, entry, path)) {
        field(message, field, entry.value(), fieldPath);
      }
    }
  }

  private void field(Message.Builder message, FieldDescriptor field, YamlNode node, String path) {
    if (!field.isRepeated()) {
      Object value = value(message, field, node, path);
      if (value != null) {
        message.setField(field, value);
      }
      return;
    }
    if (!(node instanceof YamlNode.Sequence sequence)) {
      refuse(node, path, "a list");
      return;
    }
    int index = 0;
    for (YamlNode item : sequence.items()) {
      String itemPath = path + "[" + index++ + "]";
      if (isAbsent(field, item)) {
        refuse(item, itemPath, "a value");
        continue;
      }
      Object value = value(message, field, item, itemPath);
      if (value != null) {
        message.addRepeatedField(field, value);
      }
    }
  }

  private @Nullable Object value(
      Message.Builder owner, FieldDescriptor field, YamlNode node, String path) {
    if (isJson(field)) {
      return json.value(node, path);
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !ScalarDecoder.isTime(field)) {
      Message.Builder child = owner.newBuilderForField(field);
      message(child, node, path);
      return child.build();
    }
    if (node instanceof YamlNode.Scalar scalar) {
      return scalars.decode(field, scalar, path);
    }
    refuse(node, path, "one value");
    return null;
  }

  private boolean isSecondOfOneof(
      Message.Builder message, FieldDescriptor field, YamlNode.Entry entry, String path) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof == null || !message.hasOneof(oneof)) {
      return false;
    }
    String first = message.getOneofFieldDescriptor(oneof).getName();
    String hint = isDocument(field) ? ", --- begins the next document" : "";
    errors.add(
        entry.key(),
        path,
        first + " and " + field.getName() + " (expected: one of them" + hint + ")");
    return true;
  }

  private void addUnknown(Message.Builder message, YamlNode.Scalar key, String path) {
    List<String> known =
        message.getDescriptorForType().getFields().stream().map(FieldDescriptor::getName).toList();
    String nearest = NearestName.of(key.text(), known);
    errors.add(
        key,
        (path.isEmpty() ? "" : path + ".") + YamlScalars.shown(key),
        "unknown field (expected: "
            + (nearest == null ? "one of " + names(message) : nearest)
            + ")");
  }

  private void refuse(YamlNode node, String path, String expected) {
    errors.add(node, path, node.kind() + " (expected: " + expected + ")");
  }

  private static @Nullable FieldDescriptor field(Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field != null) {
      return field;
    }
    for (FieldDescriptor candidate : type.getFields()) {
      if (candidate.getJsonName().equals(name)) {
        return candidate;
      }
    }
    return null;
  }

  /** The path of a field; paths begin below the document's kind. */
  private static String path(String path, FieldDescriptor field) {
    if (isDocument(field)) {
      return "";
    }
    return path.isEmpty() ? field.getName() : path + "." + field.getName();
  }

  private static String named(String path, FieldDescriptor field) {
    return isDocument(field) ? field.getName() : path;
  }

  private static boolean isDocument(FieldDescriptor field) {
    return field.getContainingType().equals(Document.getDescriptor());
  }

  private static boolean isAbsent(FieldDescriptor field, YamlNode node) {
    return YamlScalars.isNull(node) && !isJson(field);
  }

  private static boolean isJson(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().equals(Value.getDescriptor());
  }

  private static String names(Message.Builder message) {
    return String.join(
        ", ",
        message.getDescriptorForType().getFields().stream().map(FieldDescriptor::getName).toList());
  }
}
