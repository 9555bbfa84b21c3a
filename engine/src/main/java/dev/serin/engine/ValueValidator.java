package dev.serin.engine;

import com.google.protobuf.Value;
import dev.serin.v1.Feature;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import java.util.Locale;
import java.util.stream.Stream;

/** Checks the values of a feature's variants. */
final class ValueValidator {
  private static final String TYPE_PREFIX = "VALUE_TYPE_";

  private final Report report;

  ValueValidator(Report report) {
    this.report = report;
  }

  /** Checks that all values are there, fit, and are of the feature's type. */
  void validate(Feature feature) {
    if (feature.getType() == ValueType.UNRECOGNIZED) {
      report.add("type", feature.getTypeValue(), "a value type");
      return;
    }
    ValueType expected = feature.getType();
    String origin = "the feature's type";
    for (int i = 0; i < feature.getVariantsCount(); i++) {
      Variant variant = feature.getVariants(i);
      String field = "variants[" + i + "].value";
      ValueType type = Documents.valueType(variant.getValue());
      if (type == ValueType.VALUE_TYPE_UNSPECIFIED) {
        report.add(field, variant.hasValue() ? "null" : "not set", "a value that is not null");
        continue;
      }
      if (expected == ValueType.VALUE_TYPE_UNSPECIFIED) {
        expected = type;
        origin = "the type of " + Report.quote(variant.getKey());
      } else if (type != expected) {
        report.add(field, name(type), name(expected) + ", " + origin);
      }
      int bytes = variant.getValue().getSerializedSize();
      if (bytes > Limits.MAX_VALUE_BYTES) {
        report.add(field, bytes + " bytes", "at most " + Limits.MAX_VALUE_BYTES);
      }
      int depth = depth(variant.getValue());
      if (depth > Limits.MAX_VALUE_DEPTH) {
        report.add(
            field,
            depth + " lists and objects inside each other",
            "at most " + Limits.MAX_VALUE_DEPTH);
      }
      if (!isFinite(variant.getValue())) {
        report.add(field, "a number that is not finite", "finite numbers");
      }
    }
  }

  /** Levels of lists and objects; whoever parsed the message has bounded them to its stack. */
  private static int depth(Value value) {
    return switch (value.getKindCase()) {
      case STRUCT_VALUE -> 1 + deepest(value.getStructValue().getFieldsMap().values().stream());
      case LIST_VALUE -> 1 + deepest(value.getListValue().getValuesList().stream());
      case NUMBER_VALUE, STRING_VALUE, BOOL_VALUE, NULL_VALUE, KIND_NOT_SET -> 0;
    };
  }

  private static int deepest(Stream<Value> values) {
    return values.mapToInt(ValueValidator::depth).max().orElse(0);
  }

  private static boolean isFinite(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE -> Double.isFinite(value.getNumberValue());
      case STRUCT_VALUE ->
          value.getStructValue().getFieldsMap().values().stream()
              .allMatch(ValueValidator::isFinite);
      case LIST_VALUE ->
          value.getListValue().getValuesList().stream().allMatch(ValueValidator::isFinite);
      case STRING_VALUE, BOOL_VALUE, NULL_VALUE, KIND_NOT_SET -> true;
    };
  }

  private static String name(ValueType type) {
    return type.name().substring(TYPE_PREFIX.length()).toLowerCase(Locale.ROOT);
  }
}
