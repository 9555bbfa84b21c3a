package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.RunPhase;
import dev.serin.engine.Snapshot;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.v1.Feature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A snapshot prepared from the one served before serves what one prepared anew would. */
class ServedSnapshotTest {
  private static final int CHANGES = 200;
  private static final int KEYS = 12;
  private static final LiveRun RUN =
      new LiveRun("half", "run-1", 1, "b", "a", 5, 100, false, RunPhase.RUNNING, 60_000);

  private final Random random = new Random(11);
  private final Map<String, FeatureSource> features = new HashMap<>();
  private long revision = 1;

  @Test
  void prepare_afterRandomChanges_servesTheSnapshotsFeatures() {
    ServedSnapshot served = ServedSnapshot.prepare(compile(null), null);
    boolean wasLive = false;
    for (int i = 0; i < CHANGES; i++) {
      String changed = change();
      ServedSnapshot before = served;
      List<ServedFeature> servedBefore = before.features().toList();
      served = ServedSnapshot.prepare(compile(before.snapshot()), before);

      assertThat(served.live())
          .isEqualTo(features.values().stream().anyMatch(feature -> !feature.runs().isEmpty()));
      wasLive |= served.live();
      assertThat(served.features()).hasSize(features.size());
      for (int n = 0; n < KEYS; n++) {
        assertServed(served, before, "key-" + n, changed);
      }
      assertThat(before.features()).as("unchanged").containsExactlyElementsOf(servedBefore);
    }
    assertThat(wasLive).isTrue();
  }

  private static void assertServed(
      ServedSnapshot served, ServedSnapshot before, String key, String changed) {
    ServedFeature feature = served.feature(key);
    byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
    assertThat(served.feature(utf8, 0, utf8.length)).isSameAs(feature);
    if (feature == null) {
      assertThat(served.snapshot().feature(key)).isNull();
      return;
    }
    assertThat(feature.compiled()).isSameAs(served.snapshot().feature(key));
    ServedFeature earlier = before.feature(key);
    if (!key.equals(changed)) {
      assertThat(feature).isSameAs(earlier);
    } else if (earlier != null) {
      assertThat(feature).isNotSameAs(earlier);
      // A counter equals only itself.
      List<LongAdder> counts = new ArrayList<>(feature.counts().values());
      assertThat(counts).as("go on").containsAll(earlier.counts().values());
    }
  }

  /** Puts, moves by a run, or removes a feature; returns its key. */
  private String change() {
    String key = "key-" + random.nextInt(KEYS);
    if (random.nextInt(4) == 0) {
      features.remove(key);
    } else {
      List<LiveRun> runs = random.nextInt(8) == 0 ? List.of(RUN) : List.of();
      features.put(key, new FeatureSource(feature(key), revision, random.nextBoolean(), runs));
    }
    revision++;
    return key;
  }

  private static Feature feature(String key) {
    return SampleDocuments.all().get(3).getFeature().toBuilder().setKey(key).build();
  }

  private Snapshot compile(@Nullable Snapshot previous) {
    return SnapshotCompiler.compile(
        new SnapshotSource("shop", revision, features, Map.of(), Map.of(), Map.of(), Map.of()),
        previous);
  }
}
