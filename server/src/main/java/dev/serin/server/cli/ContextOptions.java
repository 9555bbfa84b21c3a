package dev.serin.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who asks: the user and the attributes. */
final class ContextOptions {
  @Option(
      names = {"-u", "--user"},
      paramLabel = "KEY",
      defaultValue = "",
      description = "The user key; without it rules that need no unit still answer.")
  private String userKey = "";

  @Option(
      names = {"-a", "--attribute"},
      paramLabel = "NAME=TEXT|NAME:=JSON",
      description =
          "An attribute: country=CN is text, age:=18 a number, beta:=true a bool,"
              + " tags:='[\"a\",\"b\"]' a list. Repeatable.")
  private List<String> attributes = new ArrayList<>();

  String userKey() {
    return userKey;
  }

  Struct attributes() {
    Struct.Builder struct = Struct.newBuilder();
    for (String attribute : attributes) {
      int equals = attribute.indexOf('=');
      boolean json = equals > 0 && attribute.charAt(equals - 1) == ':';
      String name = attribute.substring(0, Math.max(0, json ? equals - 1 : equals));
      if (name.isEmpty()) {
        throw new CommandFailure(
            ExitCode.USAGE, "--attribute: " + attribute + " (expected: NAME=TEXT or NAME:=JSON)");
      }
      if (struct.containsFields(name)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "--attribute: " + attribute + " for the second time (expected: each name once)");
      }
      String text = attribute.substring(equals + 1);
      struct.putFields(
          name, json ? parse(name, text) : Value.newBuilder().setStringValue(text).build());
    }
    return struct.build();
  }

  private static Value parse(String name, String json) {
    Value.Builder value = Value.newBuilder();
    try {
      JsonFormat.parser().merge(json, value);
    } catch (InvalidProtocolBufferException malformed) {
      value.clear();
    }
    // The parser takes a word without quotes for a text; here it is a mistyped number or bool.
    boolean unquoted = value.hasStringValue() && !json.strip().startsWith("\"");
    if (value.getKindCase() == Value.KindCase.KIND_NOT_SET || unquoted || json.isBlank()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--attribute: "
              + name
              + ":="
              + json
              + " (expected: JSON after :=, or NAME=TEXT for a text)");
    }
    return value.build();
  }
}
