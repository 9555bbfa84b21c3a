package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.MetricSource;
import dev.serin.engine.OrderedMap;
import dev.serin.v1.CircuitBreaker;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.Feature;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Metric;
import dev.serin.v1.Rollout;
import dev.serin.v1.SignalMetric;
import dev.serin.v1.SuccessMetric;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads what rollouts are decided on besides evidence. Safe for all threads. */
final class RunScenes {
  private final NamespaceStates states;

  RunScenes(NamespaceStates states) {
    this.states = states;
  }

  /** Reads the store. */
  RunScene scene(String namespace, String rollout) {
    NamespaceState state = states.current(namespace);
    StoredVersion stored =
        state.documents().get(new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, rollout));
    Rollout document =
        stored == null ? Rollout.getDefaultInstance() : stored.document().getRollout();
    String key = document.getFeature();
    StoredVersion feature = state.documents().get(DocumentIds.feature(key));
    OrderedMap<String, MetricSource> metrics = state.source().metrics();
    return new RunScene(
        state.revision(),
        stored == null
            ? Optional.empty()
            : Optional.of(new RunScene.StoredRollout(document, stored.revision())),
        feature == null ? Optional.empty() : Optional.of(feature.document().getFeature()),
        feature != null && feature.archived(),
        named(
            document,
            feature == null ? Feature.getDefaultInstance() : feature.document().getFeature(),
            metrics),
        metrics.values().stream().map(MetricSource::document).toList(),
        FeatureSwitches.of(state, key));
  }

  /** The namespace's metrics that a rollout names, directly or through what those are made of. */
  private static List<Metric> named(
      Rollout rollout, Feature feature, OrderedMap<String, MetricSource> shared) {
    Map<String, Metric> own = new HashMap<>();
    feature.getMetricsList().forEach(metric -> own.put(metric.getKey(), metric));
    Map<String, Metric> found = new TreeMap<>();
    Deque<String> open = new ArrayDeque<>(names(rollout));
    while (!open.isEmpty()) {
      String key = open.remove();
      MetricSource source = shared.get(key);
      Metric metric = source == null ? null : source.document();
      if (metric != null && found.putIfAbsent(key, metric) == null) {
        addParts(metric, open);
      }
      Metric ofFeature = own.remove(key);
      if (ofFeature != null) {
        addParts(ofFeature, open);
      }
    }
    return List.copyOf(found.values());
  }

  private static void addParts(Metric metric, Collection<String> open) {
    for (String part :
        List.of(metric.getNumerator(), metric.getDenominator(), metric.getWhen().getMetric())) {
      if (!part.isEmpty()) {
        open.add(part);
      }
    }
  }

  private static List<String> names(Rollout rollout) {
    List<String> names = new ArrayList<>();
    rollout.getGuardrailsList().stream().map(Guardrail::getMetric).forEach(names::add);
    rollout.getSuccessMetricsList().stream().map(SuccessMetric::getMetric).forEach(names::add);
    rollout.getCircuitBreakersList().stream().map(CircuitBreaker::getMetric).forEach(names::add);
    rollout.getSignalsList().stream().map(SignalMetric::getMetric).forEach(names::add);
    return names;
  }

  /** Reads the store. */
  List<Rollout> rollouts(String namespace, String after, int limit) {
    return states.current(namespace).documents().values().stream()
        .map(StoredVersion::document)
        .filter(Document::hasRollout)
        .map(Document::getRollout)
        .filter(rollout -> rollout.getKey().compareTo(after) > 0)
        .sorted(Comparator.comparing(Rollout::getKey))
        .limit(limit)
        .toList();
  }

  /** One statement, and a reading of each namespace that changed since it was read last. */
  Map<FeatureName, FeatureSwitches> switches(Collection<FeatureName> features) {
    Set<String> namespaces =
        features.stream().map(FeatureName::namespace).collect(Collectors.toSet());
    Map<String, NamespaceState> current = states.current(namespaces);
    Map<FeatureName, FeatureSwitches> switches = new HashMap<>();
    for (FeatureName name : features) {
      NamespaceState state = current.get(name.namespace());
      switches.put(
          name, state == null ? FeatureSwitches.ABSENT : FeatureSwitches.of(state, name.feature()));
    }
    return switches;
  }
}
