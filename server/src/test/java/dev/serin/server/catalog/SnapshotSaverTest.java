package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.SnapshotSource;
import dev.serin.server.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving whole namespaces leaves the machine to the changes, and loses nothing for it. */
class SnapshotSaverTest {
  @TempDir Path directory;

  @Test
  void pause_afterASave_isAMultipleOfItsTimeUpToALimit() {
    assertThat(SnapshotSaver.pauseAfter(Duration.ZERO)).isZero();
    assertThat(SnapshotSaver.pauseAfter(Duration.ofMillis(150))).isEqualTo(Duration.ofSeconds(3));
    assertThat(SnapshotSaver.pauseAfter(Duration.ofSeconds(9))).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void close_duringAPause_savesWhatWaits() throws Exception {
    SnapshotFiles files = new SnapshotFiles(directory, "host/serin");
    assertThat(files.claim("one")).isEmpty();
    AtomicLong nanoTime = new AtomicLong();
    // To this clock every save takes a second.
    SnapshotSaver saver =
        new SnapshotSaver(
            files,
            new TestClock(),
            () -> nanoTime.addAndGet(Duration.ofSeconds(1).toNanos()),
            Duration.ZERO);
    try {
      saver.save(source(1));
      Await.until("saved", () -> Files.exists(directory.resolve("shop.snapshot")));
      saver.save(source(2));
    } finally {
      saver.close();
    }
    assertThat(files.load("shop").source().revision()).isEqualTo(2);
  }

  private static SnapshotSource source(long revision) {
    return new SnapshotSource("shop", revision, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
  }
}
