package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.ServedRun.Serving;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunEndsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(TestStore.class)
  void run_ended_isKnownLongAfterSnapshotsForgotIt(TestStore store) {
    try (TestCatalog test = new TestCatalog(store.fresh(directory))) {
      test.put(feature("checkout"));
      test.serve(run("checkout", "run-1"));
      test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, true));
      assertThat(RunEnds.read(test.database, "default").endMillis("run-1"))
          .isEqualTo(RunEnds.NOT_ENDED);
      test.clock.advance(Duration.ofHours(1));
      test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));
      long ended = test.clock.millis();
      test.clock.advance(Duration.ofDays(40));
      test.serve(run("checkout", "run-2"));

      RunEnds ends = RunEnds.read(test.database, "default");

      assertThat(ends.endMillis("run-1")).isEqualTo(ended);
      assertThat(ends.endMillis("run-2")).isEqualTo(RunEnds.NOT_ENDED);
      assertThat(RunEnds.read(test.database, "nowhere").endMillis("run-1"))
          .isEqualTo(RunEnds.NOT_ENDED);
    }
  }

  @Test
  void run_thatServedNothing_endedToo() {
    try (TestCatalog test = new TestCatalog(TestStore.SQLITE.fresh(directory))) {
      test.put(feature("checkout"));
      test.serve(run("checkout", "run-1", Serving.WAITING, true));
      test.serve(run("checkout", "run-1", Serving.WAITING, false));

      assertThat(RunEnds.read(test.database, "default").endMillis("run-1"))
          .isEqualTo(test.clock.millis());
    }
  }
}
