package dev.serin.server.cli;

import dev.serin.server.catalog.DocumentNames;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Namespace;
import dev.serin.v1.Segment;
import dev.serin.v1.Share;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import java.util.List;
import java.util.Locale;

/** What FeatureService lists, as tables. */
final class Tables {
  private static final String USER_KEY = "user_key";
  private static final int DEFAULT_TOTAL = 100;

  private Tables() {}

  static Table namespaces(List<Namespace> namespaces) {
    Table table = new Table("NAMESPACE", ">REVISION", "CREATED");
    for (Namespace namespace : namespaces) {
      table.row(
          namespace.getName(),
          Texts.number(namespace.getRevision()),
          Texts.time(namespace.getCreateTime()));
    }
    return table;
  }

  /** Documents of one kind with the columns of that kind. */
  static Table documents(Kind kind, List<StoredDocument> documents) {
    return switch (kind) {
      case FEATURE -> features(documents);
      case SEGMENT -> segments(documents);
      case LAYER -> layers(documents);
      case HOLDOUT -> holdouts(documents);
    };
  }

  static Table history(List<HistoryEntry> entries) {
    Table table = new Table(">REVISION", "CHANGED", "WHAT", "DOCUMENT", ">FIELDS", "BY");
    for (HistoryEntry entry : entries) {
      var ref = entry.getChange().getRef();
      int fields = entry.getChange().getFieldsCount();
      table.row(
          Texts.number(entry.getRevision()),
          Texts.time(entry.getTime()),
          Changes.word(entry.getChange().getKind()),
          ref.getKind() == DocumentKind.DOCUMENT_KIND_UNSPECIFIED
              ? ""
              : Kind.word(ref.getKind()) + "/" + ref.getKey(),
          fields == 0 ? "" : fields,
          Texts.note(entry.getNote()));
    }
    return table;
  }

  private static Table features(List<StoredDocument> documents) {
    Table table =
        new Table("FEATURE", "TYPE", "VARIANTS", "DEFAULT", "STATE", ">REVISION", "CHANGED", "BY");
    for (StoredDocument stored : documents) {
      Feature feature = stored.getDocument().getFeature();
      table.row(
          feature.getKey(),
          type(feature.getType()),
          Texts.list(feature.getVariantsList().stream().map(Variant::getKey).toList()),
          feature.getDefaultVariant(),
          state(stored, feature),
          Texts.number(stored.getRevision()),
          Texts.time(stored.getChangeTime()),
          stored.getNote().getActor());
    }
    return table;
  }

  private static Table segments(List<StoredDocument> documents) {
    Table table =
        new Table(
            "SEGMENT",
            "ATTRIBUTE",
            ">INCLUDED",
            ">EXCLUDED",
            ">CONDITIONS",
            ">REVISION",
            "CHANGED",
            "BY");
    for (StoredDocument stored : documents) {
      Segment segment = stored.getDocument().getSegment();
      table.row(
          segment.getKey(),
          orUserKey(segment.getAttribute()),
          segment.getIncludedCount(),
          segment.getExcludedCount(),
          segment.getWhenCount(),
          Texts.number(stored.getRevision()),
          Texts.time(stored.getChangeTime()),
          stored.getNote().getActor());
    }
    return table;
  }

  private static Table layers(List<StoredDocument> documents) {
    Table table = new Table("LAYER", "UNIT", ">TOTAL", ">REVISION", "CHANGED", "BY");
    for (StoredDocument stored : documents) {
      Layer layer = stored.getDocument().getLayer();
      table.row(
          layer.getKey(),
          orUserKey(layer.getUnit()),
          total(layer.getTotal()),
          Texts.number(stored.getRevision()),
          Texts.time(stored.getChangeTime()),
          stored.getNote().getActor());
    }
    return table;
  }

  private static Table holdouts(List<StoredDocument> documents) {
    Table table = new Table("HOLDOUT", "UNIT", "SHARE", ">REVISION", "CHANGED", "BY");
    for (StoredDocument stored : documents) {
      Holdout holdout = stored.getDocument().getHoldout();
      Share share = holdout.getShare();
      table.row(
          holdout.getKey(),
          orUserKey(holdout.getUnit()),
          Integer.toUnsignedString(share.getParts()) + " of " + total(share.getOf()),
          Texts.number(stored.getRevision()),
          Texts.time(stored.getChangeTime()),
          stored.getNote().getActor());
    }
    return table;
  }

  /** The kind's documents of a mixed list. */
  static List<StoredDocument> ofKind(Kind kind, List<StoredDocument> documents) {
    return documents.stream()
        .filter(stored -> DocumentNames.kindOf(stored.getDocument()) == kind.api())
        .toList();
  }

  private static String state(StoredDocument stored, Feature feature) {
    if (stored.getArchived()) {
      return "archived";
    } else if (stored.getKilled()) {
      return "KILLED";
    }
    return feature.getDisabled() ? "disabled" : "on";
  }

  private static String type(ValueType type) {
    return type.name().replace("VALUE_TYPE_", "").toLowerCase(Locale.ROOT);
  }

  private static String orUserKey(String attribute) {
    return attribute.isEmpty() ? USER_KEY : attribute;
  }

  private static String total(int total) {
    return Integer.toUnsignedString(total == 0 ? DEFAULT_TOTAL : total);
  }
}
