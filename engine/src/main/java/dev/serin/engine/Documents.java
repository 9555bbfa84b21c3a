package dev.serin.engine;

import com.google.protobuf.Value;
import dev.serin.v1.Feature;
import dev.serin.v1.ValueType;

/** What documents mean where they leave something out. */
final class Documents {
  private Documents() {}

  /** Returns the type of a feature's values: what it states, else what its first value is. */
  static ValueType valueType(Feature feature) {
    if (feature.getType() != ValueType.VALUE_TYPE_UNSPECIFIED || feature.getVariantsCount() == 0) {
      return feature.getType();
    }
    return valueType(feature.getVariants(0).getValue());
  }

  /** Returns the type of a value, unspecified for null. */
  static ValueType valueType(Value value) {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> ValueType.VALUE_TYPE_BOOL;
      case STRING_VALUE -> ValueType.VALUE_TYPE_STRING;
      case NUMBER_VALUE -> ValueType.VALUE_TYPE_NUMBER;
      case STRUCT_VALUE, LIST_VALUE -> ValueType.VALUE_TYPE_JSON;
      case NULL_VALUE, KIND_NOT_SET -> ValueType.VALUE_TYPE_UNSPECIFIED;
    };
  }

  /** Returns the variant served when the feature is off. */
  static String offVariant(Feature feature) {
    return feature.getOffVariant().isEmpty()
        ? feature.getDefaultVariant()
        : feature.getOffVariant();
  }
}
