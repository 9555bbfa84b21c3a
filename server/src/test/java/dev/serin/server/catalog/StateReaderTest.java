package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiException;
import dev.serin.server.store.TestStore;
import dev.serin.v1.Document;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that is read change by change is the state that is read at once. */
class StateReaderTest {
  private static final int CHANGES = 120;
  private static final int KEYS = 6;

  private final Random random = new Random(5);

  /** Runs begun so far. */
  private int runs;

  @TempDir Path directory;

  @Test
  void state_readChangeByChange_isTheOneReadAtOnce() {
    try (TestCatalog test = new TestCatalog(TestStore.SQLITE.fresh(directory))) {
      NamespaceState state = test.catalog.states().current("default");
      int made = 0;
      for (int i = 0; i < CHANGES; i++) {
        made += change(test) ? 1 : 0;
        NamespaceState before = state;
        String shownBefore = before.toString();
        state = test.catalog.states().current("default");

        NamespaceState atOnce = new TestCatalog(test.database).catalog.states().current("default");
        assertThat(state).isEqualTo(atOnce);
        assertThat(before).hasToString(shownBefore);
      }
      assertThat(made).isGreaterThan(CHANGES / 4);
    }
  }

  /** Makes a random change; false: it was refused. */
  private boolean change(TestCatalog test) {
    String key = "key-" + random.nextInt(KEYS);
    try {
      switch (random.nextInt(13)) {
        case 0 -> test.delete(Samples.featureId(key));
        case 1 -> test.delete(Samples.segmentId(key));
        case 2 -> test.archive(key);
        case 3 -> test.catalog.kill("default", key, TestCatalog.NOTE);
        case 4 -> test.catalog.revive("default", key, TestCatalog.NOTE);
        case 5 -> test.put(Samples.layer(key), Samples.holdout(key));
        case 6 ->
            test.catalog.restore(
                new RestoreCommand(
                    "default",
                    Optional.empty(),
                    1 + random.nextLong(test.revision()),
                    OptionalLong.empty(),
                    false,
                    TestCatalog.NOTE));
        case 10, 11, 12 -> serve(test, key);
        case 7 -> test.delete(Samples.metricId(key));
        default -> test.put(document(key), document("key-" + random.nextInt(KEYS)));
      }
      return true;
    } catch (ApiException refused) {
      return false;
    }
  }

  /** A move of the last run, or a new one, whether the feature is there or not. */
  private void serve(TestCatalog test, String feature) {
    runs += random.nextInt(2);
    test.clock.advance(Duration.ofDays(random.nextInt(3)));
    ServedRun.Serving[] all = ServedRun.Serving.values();
    ServedRun.Serving serving = all[random.nextInt(all.length)];
    test.serve(Samples.run(feature, "run-" + runs, serving, random.nextInt(4) == 0));
  }

  private Document document(String key) {
    return switch (random.nextInt(6)) {
      case 5 -> Samples.rollout(key, key);
      case 0 -> Samples.segment(key, "user-" + random.nextInt(KEYS));
      case 1 -> Samples.metric(key);
      case 2 -> Samples.ratio("ratio", key, "key-" + random.nextInt(KEYS));
      case 3 -> Samples.featureFor(key, "key-" + random.nextInt(KEYS));
      default -> Samples.feature(key, random.nextInt(100));
    };
  }
}
