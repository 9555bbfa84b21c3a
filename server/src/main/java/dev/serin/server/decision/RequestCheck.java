package dev.serin.server.decision;

import com.google.common.base.Utf8;
import com.google.protobuf.Struct;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.v1.ValueType;
import java.util.ArrayList;
import java.util.List;

/** Gathers everything that is wrong with a request for decisions. */
final class RequestCheck {
  private final List<FieldViolation> violations = new ArrayList<>();

  RequestCheck size(int bytes) {
    if (bytes > RequestLimits.REQUEST_BYTES_MAX) {
      throw ApiErrors.requestTooLarge(
          "request", bytes + " bytes", RequestLimits.REQUEST_BYTES_MAX + " bytes");
    }
    return this;
  }

  RequestCheck feature(String key) {
    if (key.isEmpty()) {
      add("feature", "missing (expected: the key of a feature)");
    }
    return this;
  }

  RequestCheck user(String userKey, Struct attributes) {
    int bytes = Utf8.encodedLength(userKey);
    if (bytes > RequestLimits.USER_KEY_BYTES_MAX) {
      add(
          "user_key",
          bytes + " bytes (expected: at most " + RequestLimits.USER_KEY_BYTES_MAX + " bytes)");
    }
    int count = attributes.getFieldsCount();
    if (count > RequestLimits.ATTRIBUTES_MAX) {
      add(
          "attributes",
          count + " attributes (expected: at most " + RequestLimits.ATTRIBUTES_MAX + ")");
    }
    if (attributes.containsFields(RequestLimits.USER_KEY)) {
      add("attributes.user_key", "an attribute (expected: the field user_key of the request)");
    }
    return this;
  }

  RequestCheck expectedType(ValueType type, int number) {
    if (type == ValueType.UNRECOGNIZED) {
      add("expected_type", number + " (expected: a value of ValueType)");
    }
    return this;
  }

  RequestCheck pageSize(int size) {
    if (size < 0 || size > RequestLimits.PAGE_MAX) {
      add(
          "page_size",
          Integer.toUnsignedString(size)
              + " (expected: 1 to "
              + RequestLimits.PAGE_MAX
              + ", or absent)");
    }
    return this;
  }

  RequestCheck add(String field, String description) {
    violations.add(FieldViolation.ofRequest(field, description));
    return this;
  }

  /** Throws INVALID_REQUEST with all violations; does nothing where there is none. */
  void done() {
    if (!violations.isEmpty()) {
      throw ApiErrors.invalidRequest(violations);
    }
  }
}
