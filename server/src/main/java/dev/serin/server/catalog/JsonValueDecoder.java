package dev.serin.server.catalog;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/**
 * The reading of free JSON, where the text alone says what it is: {@code google.protobuf.Value}.
 */
final class JsonValueDecoder {
  private final FileErrors errors;

  JsonValueDecoder(FileErrors errors) {
    this.errors = errors;
  }

  /** The value; null where it was refused and an error added. */
  Value value(YamlNode node, String path) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, path);
      case YamlNode.Sequence sequence -> {
        ListValue.Builder list = ListValue.newBuilder();
        int index = 0;
        for (YamlNode item : sequence.items()) {
          list.addValues(value(item, path + "[" + index++ + "]"));
        }
        yield Value.newBuilder().setListValue(list).build();
      }
      case YamlNode.Mapping mapping -> {
        Struct.Builder struct = Struct.newBuilder();
        Map<String, YamlNode> seen = new HashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
          String name = entry.key().text();
          String entryPath = path + "." + name;
          YamlNode first = seen.putIfAbsent(name, entry.key());
          if (first != null) {
            errors.add(entry.key(), entryPath, NodeDecoder.statedTwice(first));
          }
          struct.putFields(name, value(entry.value(), entryPath));
        }
        yield Value.newBuilder().setStructValue(struct).build();
      }
    };
  }

  private Value scalar(YamlNode.Scalar scalar, String path) {
    String text = scalar.text();
    Value.Builder value = Value.newBuilder();
    if (scalar.quoted()) {
      return value.setStringValue(ScalarDecoder.wholeText(scalar, path, errors)).build();
    } else if (YamlScalars.isNull(text)) {
      return value.setNullValue(NullValue.NULL_VALUE).build();
    } else if (YamlScalars.isTrue(text) || YamlScalars.isFalse(text)) {
      return value.setBoolValue(YamlScalars.isTrue(text)).build();
    } else if (YamlScalars.isNumber(text)) {
      return value.setNumberValue(number(scalar, path)).build();
    }
    return value.setStringValue(ScalarDecoder.wholeText(scalar, path, errors)).build();
  }

  private double number(YamlNode.Scalar scalar, String path) {
    String text = scalar.text();
    if (YamlScalars.isOctalOrHex(text) || text.matches("[-+]?0[0-9].*")) {
      // 007, 0o17 and 0x1F are numbers to some readers and texts to others.
      errors.add(
          scalar,
          path,
          text + " (expected: a decimal number without leading zeros, or \"" + text + "\")");
      return 0;
    }
    double number = YamlScalars.isNotFinite(text) ? Double.NaN : Double.parseDouble(text);
    if (!Double.isFinite(number)) {
      errors.add(scalar, path, text + " (expected: a finite number, or \"" + text + "\")");
      return 0;
    }
    if (YamlScalars.isDecimal(text)
        && new BigDecimal(number).compareTo(new BigDecimal(text)) != 0) {
      errors.add(
          scalar,
          path,
          text + " (expected: a whole number that a double holds exactly, or \"" + text + "\")");
    }
    return number;
  }
}
