package dev.serin.server.catalog;

import static dev.serin.engine.SplitPeriod.NOT_ENDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.engine.EndedRun;
import dev.serin.engine.FeatureSource;
import dev.serin.engine.LiveRun;
import dev.serin.engine.MetricSource;
import dev.serin.engine.RunPhase;
import dev.serin.engine.SnapshotSource;
import dev.serin.engine.SplitPeriod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFilesTest {
  private static final LiveRun RUN =
      new LiveRun("main", "run-7", 2, "on", "off", 25, 100, false, RunPhase.RUNNING, 60_000);

  private static final SnapshotSource SOURCE =
      new SnapshotSource(
          "shop",
          42,
          Map.of(
              "a",
              new FeatureSource(Samples.feature("a").getFeature(), 40, true, List.of()),
              "b",
              new FeatureSource(
                  Samples.feature("b").getFeature(),
                  41,
                  false,
                  List.of(RUN),
                  List.of(
                      new SplitPeriod("main", 41, "user_key", List.of("on", "off"), NOT_ENDED),
                      new SplitPeriod("gone", 39, "", List.of(), 1_700_000_000_000L)),
                  List.of(new EndedRun("main", "run-6", 4, "on", "off", 38, 1_700_000_000_001L)))),
          Map.of("beta", Samples.segment("beta", "ann").getSegment()),
          Map.of("ui", Samples.layer("ui").getLayer()),
          Map.of("new", Samples.holdout("new").getHoldout()),
          Map.of("errors", new MetricSource(Samples.metric("errors").getMetric(), 39)));

  @TempDir Path directory;
  private SnapshotFiles files;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    files = of("host/serin", "one");
    file = directory.resolve("snapshots").resolve("shop.snapshot");
  }

  private SnapshotFiles of(String address, String identity) throws IOException {
    SnapshotFiles files = new SnapshotFiles(directory.resolve("snapshots"), address);
    assertThat(files.claim(identity)).isEmpty();
    return files;
  }

  @Test
  void load_savedFromAnotherAddress_isRefusedNamingBothStores() throws IOException {
    files.save(SOURCE, 1);

    SnapshotFiles others = new SnapshotFiles(directory.resolve("snapshots"), "other/serin");

    assertThatThrownBy(() -> others.load("shop"))
        .isInstanceOf(SnapshotFiles.OtherStoreException.class)
        .hasMessage("snapshot " + file + ": of store host/serin (expected: of other/serin)");
    assertThat(files.load("shop").source()).isEqualTo(SOURCE);
  }

  @Test
  void claim_byAnotherStore_removesWhatIsNotItsOwn() throws IOException {
    files.save(SOURCE, 1);
    SnapshotFiles next = new SnapshotFiles(directory.resolve("snapshots"), "host/serin");
    Path damaged = Files.writeString(file.resolveSibling("damaged.snapshot"), "no snapshot");

    assertThat(next.claim("one")).isEmpty();
    assertThat(next.claim("two")).containsExactly(file);

    assertThat(file).doesNotExist();
    assertThat(damaged).exists();
    next.save(SOURCE, 2);
    assertThat(next.claim("two")).isEmpty();
    assertThat(next.load("shop")).isEqualTo(new SnapshotFiles.Saved(SOURCE, 2));
  }

  @Test
  void load_saved_isTheSameSnapshot() throws IOException {
    files.save(SOURCE, 1_234);

    assertThat(files.load("shop")).isEqualTo(new SnapshotFiles.Saved(SOURCE, 1_234));
    assertThat(files.namespaces()).containsExactly("shop");
  }

  @Test
  void save_again_replacesTheFile() throws IOException {
    files.save(SOURCE, 1);
    SnapshotSource empty =
        new SnapshotSource("shop", 43, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    files.save(empty, 2);

    assertThat(files.load("shop")).isEqualTo(new SnapshotFiles.Saved(empty, 2));
  }

  @Test
  void delete_saved_isGone() throws IOException {
    assertThat(files.namespaces()).isEmpty();
    files.save(SOURCE, 1);

    files.delete("shop");
    files.delete("shop");

    assertThat(files.namespaces()).isEmpty();
  }

  @Test
  void removeAllBut_some_removesTheOthersReadableOrNot() throws IOException {
    assertThat(files.removeAllBut(Set.of())).isEmpty();
    files.save(SOURCE, 1);
    Path damaged = Files.writeString(file.resolveSibling("damaged.snapshot"), "no snapshot");
    Path kept = Files.writeString(file.resolveSibling("kept.snapshot"), "no snapshot");

    assertThat(files.removeAllBut(Set.of("kept", "unknown"))).containsExactly(damaged, file);

    assertThat(files.namespaces()).containsExactly("kept");
    assertThat(kept).exists();
  }

  @Test
  void load_cutAnywhere_isRefusedByName() throws IOException {
    files.save(SOURCE, 1);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> files.load("shop"))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file + ": damaged");
    }
  }

  @Test
  void load_anyBitFlipped_isRefused() throws IOException {
    files.save(SOURCE, 1);
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      Files.write(file, flipped);
      assertThatThrownBy(() -> files.load("shop")).as("byte %d", i).isInstanceOf(IOException.class);
    }
  }

  @Test
  void load_fileOfAnotherNamespace_isRefused() throws IOException {
    files.save(SOURCE, 1);
    Files.move(file, file.resolveSibling("blog.snapshot"));

    assertThatThrownBy(() -> files.load("blog")).hasMessageContaining("namespace \"shop\"");
  }
}
