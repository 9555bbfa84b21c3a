package dev.serin.server.cli;

import dev.serin.server.catalog.DocumentNames;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.EventWhen;
import dev.serin.v1.Feature;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.Holdout;
import dev.serin.v1.Layer;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricKind;
import dev.serin.v1.MissingMeans;
import dev.serin.v1.Namespace;
import dev.serin.v1.Rollout;
import dev.serin.v1.Segment;
import dev.serin.v1.Share;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValueType;
import dev.serin.v1.Variant;
import java.math.BigDecimal;
import java.util.ArrayList;
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

  /**
   * Documents of one kind with the columns of that kind.
   *
   * @param wide also when each changed, and who changed it
   */
  static Table documents(Kind kind, List<StoredDocument> documents, boolean wide) {
    List<String> columns = new ArrayList<>(columns(kind));
    columns.add(">REVISION");
    if (wide) {
      columns.addAll(List.of("CHANGED", "BY"));
    }
    Table table = new Table(columns.toArray(String[]::new));
    for (StoredDocument stored : documents) {
      List<Object> cells = new ArrayList<>(cells(kind, stored));
      cells.add(Texts.number(stored.getRevision()));
      if (wide) {
        cells.addAll(List.of(Texts.time(stored.getChangeTime()), Texts.note(stored.getNote())));
      }
      table.row(cells.toArray());
    }
    return table;
  }

  private static List<String> columns(Kind kind) {
    return switch (kind) {
      case FEATURE -> List.of("FEATURE", "TYPE", "VARIANTS", "DEFAULT", "STATE", "OWNER");
      case SEGMENT -> List.of("SEGMENT", "ATTRIBUTE", ">INCLUDED", ">EXCLUDED", ">CONDITIONS");
      case LAYER -> List.of("LAYER", "UNIT", ">TOTAL");
      case HOLDOUT -> List.of("HOLDOUT", "UNIT", "SHARE");
      case METRIC -> List.of("METRIC", "KIND", "MEASURE", "BETTER", ">CAP", "MISSING");
      case ROLLOUT -> List.of("ROLLOUT", "FEATURE", "SPLIT", "TREATMENT", "CONTROL", "OWNER");
    };
  }

  private static List<Object> cells(Kind kind, StoredDocument stored) {
    return switch (kind) {
      case FEATURE -> {
        Feature feature = stored.getDocument().getFeature();
        yield List.of(
            feature.getKey(),
            type(feature),
            Texts.list(feature.getVariantsList().stream().map(Variant::getKey).toList()),
            feature.getDefaultVariant(),
            state(stored, feature),
            feature.getOwner());
      }
      case SEGMENT -> {
        Segment segment = stored.getDocument().getSegment();
        yield List.of(
            segment.getKey(),
            orUserKey(segment.getAttribute()),
            segment.getIncludedCount(),
            segment.getExcludedCount(),
            segment.getWhenCount());
      }
      case LAYER -> {
        Layer layer = stored.getDocument().getLayer();
        yield List.of(layer.getKey(), orUserKey(layer.getUnit()), total(layer.getTotal()));
      }
      case HOLDOUT -> {
        Holdout holdout = stored.getDocument().getHoldout();
        Share share = holdout.getShare();
        yield List.of(
            holdout.getKey(),
            orUserKey(holdout.getUnit()),
            Integer.toUnsignedString(share.getParts()) + " of " + total(share.getOf()));
      }
      case ROLLOUT -> {
        Rollout rollout = stored.getDocument().getRollout();
        yield List.of(
            rollout.getKey(),
            rollout.getFeature(),
            rollout.getSplit(),
            rollout.getTreatment(),
            rollout.getControl(),
            rollout.getOwner());
      }
      case METRIC -> {
        Metric metric = stored.getDocument().getMetric();
        yield List.of(
            metric.getKey(),
            kind(metric),
            metric.getMeasure(),
            metric.getBetter().name().replace("BETTER_DIRECTION_", "").toLowerCase(Locale.ROOT),
            metric.hasCap() ? Rendering.number(metric.getCap()) : "",
            metric.getMissing() == MissingMeans.MISSING_MEANS_ZERO ? "zero" : "");
      }
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

  /** The stated type, or where there is none that of the values, which agree. */
  private static String type(Feature feature) {
    if (feature.getType() != ValueType.VALUE_TYPE_UNSPECIFIED || feature.getVariantsCount() == 0) {
      return feature.getType().name().replace("VALUE_TYPE_", "").toLowerCase(Locale.ROOT);
    }
    return switch (feature.getVariants(0).getValue().getKindCase()) {
      case BOOL_VALUE -> "bool";
      case STRING_VALUE -> "string";
      case NUMBER_VALUE -> "number";
      case STRUCT_VALUE, LIST_VALUE -> "json";
      case NULL_VALUE, KIND_NOT_SET -> "";
    };
  }

  /**
   * {@code mean}, {@code ratio errors/requests}, or {@code event latency > 800}: no key has a slash
   * or a space in it.
   */
  private static String kind(Metric metric) {
    String kind = metric.getKind().name().replace("METRIC_KIND_", "").toLowerCase(Locale.ROOT);
    if (metric.hasWhen()) {
      EventWhen when = metric.getWhen();
      return kind
          + " "
          + when.getMetric()
          + (when.hasAbove() ? " > " + plain(when.getAbove()) : "")
          + (when.hasBelow() ? " < " + plain(when.getBelow()) : "");
    }
    return metric.getKind() == MetricKind.METRIC_KIND_RATIO
        ? kind + " " + metric.getNumerator() + "/" + metric.getDenominator()
        : kind;
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  private static String orUserKey(String attribute) {
    return attribute.isEmpty() ? USER_KEY : attribute;
  }

  private static String total(int total) {
    return Integer.toUnsignedString(total == 0 ? DEFAULT_TOTAL : total);
  }
}
