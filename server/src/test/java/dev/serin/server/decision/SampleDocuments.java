package dev.serin.server.decision;

import com.google.protobuf.util.JsonFormat;
import dev.serin.v1.Document;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Documents that use every kind of attribute, condition, unit and answer. */
final class SampleDocuments {
  private static final String ALL =
      """
      { "segment": { "key": "beta", "included": ["ada", "grace"],
          "when": [ { "attribute": "email", "endsWith": ["@example.org"] } ] } }
      ---
      { "feature": { "key": "checkout", "defaultVariant": "old",
          "variants": [ { "key": "old", "value": "v1" }, { "key": "new", "value": "v2" } ],
          "overrides": [ { "variant": "new", "userKeys": ["qa"] } ],
          "splits": [ { "id": "main", "salt": "s1", "bucketing": "BUCKETING_XXH3_MIX64",
              "weights": [ { "variant": "old", "weight": 50 }, { "variant": "new", "weight": 50 } ]
          } ],
          "rules": [
            { "id": "beta", "when": [ { "segment": "beta" } ], "serve": { "variant": "new" } },
            { "id": "country", "when": [
                { "attribute": "country", "in": ["DE", "FR", "Österreich"] },
                { "attribute": "version", "version": { "atLeast": "2.3.0" } } ],
              "serve": { "split": "main" } },
            { "id": "tags", "when": [ { "attribute": "tags", "equals": "vip" } ],
              "serve": { "variant": "new" } },
            { "id": "numbers", "when": [
                { "attribute": "age", "number": { "atLeast": 18, "lessThan": 65 } } ],
              "serve": { "variant": "new" } },
            { "id": "flag", "when": [ { "attribute": "internal", "equals": true } ],
              "serve": { "variant": "new" } },
            { "id": "there", "when": [ { "attribute": "plan", "present": true } ],
              "serve": { "variant": "new" } } ] } }
      ---
      { "feature": { "key": "lottery", "defaultVariant": "lose",
          "variants": [ { "key": "lose", "value": false }, { "key": "win", "value": true } ],
          "splits": [ { "id": "draw", "probability": true, "bucketing": "BUCKETING_XXH3_MIX64",
              "weights": [ { "variant": "lose", "weight": 70 }, { "variant": "win", "weight": 30 } ]
          } ],
          "defaultRule": { "split": "draw" } } }
      ---
      { "feature": { "key": "by-account", "defaultVariant": "a",
          "variants": [ { "key": "a", "value": 1 }, { "key": "b", "value": 2.5 } ],
          "splits": [ { "id": "half", "unit": "account", "salt": "s2",
              "bucketing": "BUCKETING_XXH3_MIX64",
              "weights": [ { "variant": "a", "weight": 50 }, { "variant": "b", "weight": 50 } ] } ],
          "defaultRule": { "split": "half" } } }
      ---
      { "feature": { "key": "depends", "defaultVariant": "off",
          "variants": [ { "key": "off", "value": {} },
              { "key": "on", "value": { "x": [1, "y"] } } ],
          "prerequisites": [ { "feature": "checkout", "variants": ["new"] } ],
          "defaultRule": { "variant": "on" } } }
      """;

  private SampleDocuments() {}

  static List<Document> all() {
    return parse(ALL);
  }

  /** Documents as JSON, separated by lines of three dashes. */
  static List<Document> parse(String text) {
    var documents = new ArrayList<Document>();
    for (String json : text.split("(?m)^---$", -1)) {
      var document = Document.newBuilder();
      try {
        JsonFormat.parser().merge(json, document);
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
      documents.add(document.build());
    }
    return documents;
  }
}
