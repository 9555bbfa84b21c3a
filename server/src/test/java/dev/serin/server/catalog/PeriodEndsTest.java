package dev.serin.server.catalog;

import static dev.serin.engine.SplitPeriod.NOT_ENDED;
import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureBuilder;
import static dev.serin.server.catalog.Samples.featureId;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestStore.class)
class PeriodEndsTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  PeriodEndsTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private SnapshotSource source() {
    return test.catalog.states().current("default").source();
  }

  private PeriodEnds ends() {
    return PeriodEnds.read(test.database, "default");
  }

  @Test
  void period_ended_isKnownLongAfterSnapshotsForgotIt() {
    long first = test.put(feature("checkout", 25), feature("search", 25)).revision();
    test.clock.advance(Duration.ofHours(1));
    long firstEnded = test.clock.millis();
    long second = test.put(feature("checkout", 30)).revision();
    for (int day = 0; day < 40; day++) {
      test.clock.advance(Duration.ofDays(1));
      test.put(feature("checkout", 31 + day));
    }

    PeriodEnds ends = ends();

    assertThat(ends.endMillis("checkout", "main", first)).isEqualTo(firstEnded);
    assertThat(ends.endMillis("checkout", "main", 0)).isLessThan(firstEnded);
    assertThat(ends.endMillis("checkout", "main", second))
        .isEqualTo(firstEnded + Duration.ofDays(1).toMillis());
    assertThat(ends.endMillis("checkout", "main", test.revision())).isEqualTo(NOT_ENDED);
    assertThat(ends.endMillis("search", "main", first)).isEqualTo(NOT_ENDED);
    assertThat(ends.endMillis("checkout", "other", first)).isEqualTo(NOT_ENDED);
    assertThat(PeriodEnds.read(test.database, "nowhere").endMillis("checkout", "main", first))
        .isEqualTo(NOT_ENDED);
  }

  @Test
  void period_ofADeletedFeature_endsWithIt() {
    long made = test.put(feature("checkout", 25), feature("search", 25)).revision();
    test.clock.advance(Duration.ofHours(2));
    long deleted = test.clock.millis();
    test.delete(featureId("checkout"));
    test.clock.advance(Duration.ofHours(2));
    long again = test.put(feature("checkout", 25)).revision();

    assertThat(ends().endMillis("checkout", "main", made)).isEqualTo(deleted);
    assertThat(ends().endMillis("checkout", "main", again)).isEqualTo(NOT_ENDED);
    assertThat(ends().endMillis("search", "main", made)).isEqualTo(NOT_ENDED);
  }

  /** Wherever snapshots know an end, it is the same. */
  @Test
  void period_ends_areThoseOfSnapshots() {
    Random random = new Random(20_261_132);
    int known = 0;
    for (int i = 0; i < 60; i++) {
      test.clock.advance(Duration.ofHours(random.nextInt(24)));
      test.put(
          random.nextInt(8) == 0
              ? Samples.document(featureBuilder("checkout", 1).clearSplits().clearDefaultRule())
              : feature("checkout", random.nextInt(100)));
      List<SplitPeriod> periods = requireNonNull(source().features().get("checkout")).periods();
      PeriodEnds ends = ends();
      for (SplitPeriod period : periods) {
        assertThat(ends.endMillis("checkout", period.split(), period.revision()))
            .isEqualTo(period.endedMillis());
        known++;
      }
    }
    assertThat(known).isGreaterThan(100);
  }
}
