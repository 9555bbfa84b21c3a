package dev.serin.client;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.serin.v1.EvaluateResponse;

/** Values and answers for tests. */
final class Values {
  private Values() {}

  static Value of(boolean value) {
    return Value.newBuilder().setBoolValue(value).build();
  }

  static Value of(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  static Value of(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  static Value object(String name, Value value) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(name, value)).build();
  }

  static EvaluateResponse decision(Value value) {
    return EvaluateResponse.newBuilder()
        .setVariant("fast")
        .setValue(value)
        .setReason(dev.serin.v1.Reason.REASON_SPLIT)
        .setRule("rule-1")
        .setDecisionToken("token")
        .setDecisionId("00000000000000ff")
        .setFeatureRevision(7)
        .build();
  }
}
