package dev.serin.server.cli;

import dev.serin.v1.Arm;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.VariantSummary;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the outcomes of the demo's users say, variant by variant, as the server answers it. Safe for
 * many threads.
 */
final class DemoFigures {
  /** Of a split, and of a run that moves one: those that are compared. */
  private static final Set<Arm> SHOWN =
      EnumSet.of(Arm.ARM_SPLIT, Arm.ARM_TREATMENT, Arm.ARM_CONTROL);

  private final Map<String, Map<String, String>> byFeature = new ConcurrentHashMap<>();

  /** Takes what the server says of a feature, in place of what it said before. */
  void put(String feature, CompareVariantsResponse response) {
    Map<String, String> figures = new HashMap<>();
    for (VariantSummary summary : response.getSummariesList()) {
      if (SHOWN.contains(summary.getArm())) {
        figures.put(summary.getVariant() + "/" + summary.getMetric(), text(summary));
      }
    }
    byFeature.put(feature, Map.copyOf(figures));
  }

  /** A metric of a variant, as it is shown; empty: there is none. */
  String of(String feature, String variant, String metric) {
    return byFeature.getOrDefault(feature, Map.of()).getOrDefault(variant + "/" + metric, "");
  }

  private static String text(VariantSummary summary) {
    if (summary.getMetric().equals(DemoBehaviour.LATENCY)) {
      return summary.hasP95()
          ? String.format(Locale.ROOT, "%.0f %s", summary.getP95(), summary.getMeasure())
          : "";
    }
    return summary.hasMean() ? String.format(Locale.ROOT, "%.1f %%", summary.getMean() * 100) : "";
  }
}
