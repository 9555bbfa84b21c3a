package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.serin.v1.Feature;
import dev.serin.v1.Segment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * Evaluating allocates nothing, by the count that the virtual machine keeps for this thread.
 * Regular expressions are left out: their engine allocates.
 */
class AllocationTest {
  private static final int NAMESPACES = 20;
  private static final int CALLS = 50;

  /**
   * Times that something is measured at most until nothing is allocated. Where a method becomes hot
   * the thread that calls it makes the texts of its class, once, for the compiler: what allocates
   * by itself does so each time.
   */
  private static final int TRIES = 5;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final EvaluationContext context = new EvaluationContext();

  private interface Feed {
    void begin(Call call, EvaluationContext context, Snapshot snapshot);
  }

  @Test
  void evaluate_everyFeatureWithStrings_allocatesNothing() {
    assertThat(allocated(Call::beginWithStrings)).isZero();
  }

  @Test
  void evaluate_everyFeatureWithBytes_allocatesNothing() {
    assertThat(allocated(Call::beginWithBytes)).isZero();
  }

  /** The measurement itself: it must see an allocation, and none where there is none. */
  @Test
  void measurement_ofAnObject_isNotZero() {
    assertThat(allocatedBy(() -> {})).isZero();
    assertThat(allocatedBy(() -> sink = new byte[1])).isPositive();
  }

  private byte[] sink = new byte[0];

  @Test
  void begin_scalarsListsAndKey_allocatesNothing() {
    Snapshot snapshot = SnapshotCompiler.compile(withoutExpressions(3), null);
    byte[] text = "user-日本".getBytes(StandardCharsets.UTF_8);
    Runnable filling =
        () -> {
          context.begin(snapshot, 1, 2, 3);
          context.userKey(text, 0, text.length);
          context.attribute("country", "Österreich");
          context.attribute("age", 42.5);
          context.attribute("internal", true);
          int tags = context.slot("tags");
          context.list(tags);
          context.text(context.element(tags), "vip");
          context.text(context.element(tags), text, 0, text.length);
          context.number(context.element(tags), 7);
        };
    filling.run();
    assertThat(allocatedBy(filling)).isZero();
  }

  /** Counts only while features are evaluated: what the test itself does to feed is not counted. */
  private long allocated(Feed feed) {
    long allocated = 0;
    for (int seed = 0; seed < NAMESPACES; seed++) {
      Snapshot snapshot = SnapshotCompiler.compile(withoutExpressions(seed), null);
      CompiledFeature[] features = snapshot.features().toArray(CompiledFeature[]::new);
      List<Call> calls = new ArrayList<>();
      RandomCalls random = new RandomCalls(seed);
      for (int i = 0; i < CALLS; i++) {
        calls.add(random.next());
      }
      // Contexts grow to the size of the calls.
      calls.forEach(call -> evaluate(feed, call, snapshot, features));
      for (Call call : calls) {
        allocated += least(() -> evaluate(feed, call, snapshot, features));
      }
    }
    return allocated;
  }

  private long evaluate(Feed feed, Call call, Snapshot snapshot, CompiledFeature[] features) {
    feed.begin(call, context, snapshot);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (CompiledFeature feature : features) {
      context.unitHash(feature.evaluate(context));
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private long allocatedBy(Runnable work) {
    work.run();
    return least(
        () -> {
          long before = threads.getCurrentThreadAllocatedBytes();
          work.run();
          return threads.getCurrentThreadAllocatedBytes() - before;
        });
  }

  private static long least(LongSupplier measurement) {
    long least = measurement.getAsLong();
    for (int i = 1; i < TRIES && least > 0; i++) {
      least = Math.min(least, measurement.getAsLong());
    }
    return least;
  }

  /** A random namespace whose regular expressions are texts to be contained instead. */
  private static SnapshotSource withoutExpressions(long seed) {
    SnapshotSource source = new RandomNamespace(seed).source();
    Map<String, FeatureSource> features = new LinkedHashMap<>();
    source
        .features()
        .forEach(
            (key, feature) ->
                features.put(
                    key,
                    new FeatureSource(
                        Sources.parse(withoutExpressions(feature.document()), Feature.class),
                        feature.revision(),
                        feature.killed(),
                        feature.runs())));
    Map<String, Segment> segments = new LinkedHashMap<>();
    source
        .segments()
        .forEach(
            (key, segment) ->
                segments.put(key, Sources.parse(withoutExpressions(segment), Segment.class)));
    return new SnapshotSource(
        source.namespace(),
        source.revision(),
        features,
        segments,
        source.layers(),
        source.holdouts(),
        source.metrics());
  }

  private static String withoutExpressions(Object document) {
    return document.toString().replace("matches:", "contains:");
  }
}
