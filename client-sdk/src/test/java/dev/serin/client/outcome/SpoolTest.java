package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a spool: what they hold after an end of any kind. */
class SpoolTest {
  private static final UUID ID = new UUID(1, 2);
  private static final int MANY = 10_000;

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void name() {
    directory = temporary.resolve("spool");
  }

  private final OutcomeQueue queue = new OutcomeQueue(1_000_000, 1L << 40, 100, () -> {});

  private Spool open() {
    return Spool.open(directory, "checkout", 4 * Spool.MIN_BYTES, queue, () -> ID);
  }

  @Test
  void spool_openedAgain_goesOnWhereItWas() {
    ReportSession session;
    try (Spool spool = open()) {
      assertThat(spool.session()).isEqualTo(new ReportSession(ID, 0, 0));
      assertThat(spool.append(outcomes("a", "bb", "ccc"))).isTrue();
      session = new ReportSession(new UUID(7, 8), 42, 1);
      spool.keep(session);
      spool.acknowledge(1);
    }
    try (Spool spool = open()) {
      assertThat(spool.session()).isEqualTo(session);
      assertThat(spool.first()).isEqualTo(2);
      assertThat(spool.next()).isEqualTo(4);
      assertThat(spool.recovered()).isEqualTo(2);
      assertThat(spool.append(outcomes("d"))).isTrue();
      assertThat(spool.read(2, MANY, MANY)).isEqualTo(outcomes("bb", "ccc", "d"));
      spool.acknowledge(4);
    }
    try (Spool spool = open()) {
      assertThat(spool.first()).isEqualTo(5);
      assertThat(spool.next()).isEqualTo(5);
      assertThat(spool.recovered()).isZero();
    }
  }

  @Test
  void spool_tornRecord_isCutOff() throws IOException {
    try (Spool spool = open()) {
      spool.append(outcomes("a", "bb", "ccc"));
    }
    Path segment = segments().get(0);
    byte[] whole = Files.readAllBytes(segment);
    int lastRecord = Segment.HEADER_BYTES + 3;
    for (int length = whole.length - lastRecord; length < whole.length; length++) {
      Files.write(segment, java.util.Arrays.copyOf(whole, length));
      try (Spool spool = open()) {
        assertThat(spool.read(1, MANY, MANY)).isEqualTo(outcomes("a", "bb"));
        assertThat(Files.size(segment)).isEqualTo(whole.length - lastRecord);
        // What comes next takes the place of what was torn, and is read like any other.
        assertThat(spool.next()).isEqualTo(3);
      }
    }
    try (Spool spool = open()) {
      spool.append(outcomes("d"));
    }
    try (Spool spool = open()) {
      assertThat(spool.read(1, MANY, MANY)).isEqualTo(outcomes("a", "bb", "d"));
    }
  }

  @Test
  void spool_anyBitTurned_isNoticed() throws IOException {
    try (Spool spool = open()) {
      spool.append(outcomes("a", "bb", "ccc"));
    }
    Path segment = segments().get(0);
    byte[] whole = Files.readAllBytes(segment);
    int before = 2 * Segment.HEADER_BYTES + 1 + 2;
    for (int bit = before * 8; bit < whole.length * 8; bit++) {
      byte[] turned = whole.clone();
      turned[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(segment, turned);
      try (Spool spool = open()) {
        assertThat(spool.read(1, MANY, MANY)).as("bit %d", bit).isEqualTo(outcomes("a", "bb"));
      }
      Files.write(segment, whole);
    }
  }

  @Test
  void spool_leftovers_ofAWriteThatWasLonger_areNotRead() throws IOException {
    // A record of another place, whole in itself, right behind the end.
    try (Spool spool = open()) {
      spool.append(outcomes("a"));
    }
    byte[] record = Files.readAllBytes(segments().get(0));
    Files.write(segments().get(0), record, StandardOpenOption.APPEND);
    try (Spool spool = open()) {
      assertThat(spool.next()).isEqualTo(2);
    }
  }

  @Test
  void spool_manySegments_goWhenTheyAreAcknowledged() throws IOException {
    Random random = new Random(5);
    List<ByteString> all = new ArrayList<>();
    try (Spool spool = open()) {
      while (segments().size() < 4) {
        List<ByteString> some = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          byte[] content = new byte[1 + random.nextInt(10_000)];
          random.nextBytes(content);
          some.add(ByteString.copyFrom(content));
        }
        assertThat(spool.append(some)).isTrue();
        all.addAll(some);
      }
      assertThat(readAll(spool, 100_000)).isEqualTo(all);
    }
    try (Spool spool = open()) {
      assertThat(spool.recovered()).isEqualTo(all.size());
      assertThat(readAll(spool, 300)).isEqualTo(all);
      // From anywhere, in any order.
      for (int i = 0; i < 500; i++) {
        int at = random.nextInt(all.size());
        assertThat(spool.read(at + 1, 1, 1)).containsExactly(all.get(at));
      }
      spool.acknowledge(all.size() - 50L);
      assertThat(segments()).hasSize(1);
      assertThat(spool.first()).isEqualTo(all.size() - 49L);
      assertThat(readAll(spool, 100_000)).isEqualTo(all.subList(all.size() - 50, all.size()));
    }
  }

  @Test
  void spool_full_takesNothingUntilSomethingIsAcknowledged() {
    ByteString large = ByteString.copyFrom(new byte[60_000]);
    List<ByteString> some = List.of(large, large, large, large, large, large, large, large);
    try (Spool spool = Spool.open(directory, "checkout", Spool.MIN_BYTES, queue, () -> ID)) {
      long taken = 0;
      while (spool.append(some)) {
        taken += some.size();
      }
      assertThat(taken * 60_000).isBetween(Spool.MIN_BYTES * 9 / 10, Spool.MIN_BYTES);
      assertThat(spool.next() - spool.first()).isEqualTo(taken);
      spool.acknowledge(taken / 2);
      assertThat(spool.append(some)).isFalse();
      spool.acknowledge(taken);
      for (int i = 0; i < 100; i++) {
        assertThat(spool.append(some)).isTrue();
        spool.acknowledge(spool.next() - 1);
      }
    }
  }

  @Test
  void spool_segmentDamagedInTheMiddle_keepsThePlacesOfTheRest() throws IOException {
    ByteString large = ByteString.copyFrom(new byte[60_000]);
    long next;
    try (Spool spool = open()) {
      while (segments().size() < 3) {
        spool.append(List.of(large));
      }
      spool.append(outcomes("last"));
      next = spool.next();
    }
    Path middle = segments().get(1);
    long first = Long.parseLong(middle.getFileName().toString().substring(0, 19));
    long count = Files.size(middle) / (60_000 + Segment.HEADER_BYTES);
    try (FileChannel channel = FileChannel.open(middle, StandardOpenOption.WRITE)) {
      // The third record of the segment.
      channel.write(ByteBuffer.wrap(new byte[] {1}), 2L * (60_000 + Segment.HEADER_BYTES) + 100);
    }
    try (Spool spool = open()) {
      assertThat(spool.damaged()).isEqualTo(count - 2);
      assertThat(spool.next()).isEqualTo(next);
      List<ByteString> all = readAll(spool, MANY);
      assertThat(all).hasSize((int) next - 1);
      for (int i = 0; i < all.size() - 1; i++) {
        long place = i + 1L;
        boolean gone = place >= first + 2 && place < first + count;
        assertThat(all.get(i)).as("place %d", place).isEqualTo(gone ? ByteString.EMPTY : large);
      }
      assertThat(all.get(all.size() - 1)).isEqualTo(ByteString.copyFromUtf8("last"));
    }
  }

  @Test
  void spool_headerDamaged_takesANewSession() throws IOException {
    try (Spool spool = open()) {
      spool.keep(new ReportSession(new UUID(7, 8), 42, 0));
      spool.append(outcomes("a"));
    }
    Path header = directory.resolve("session");
    byte[] whole = Files.readAllBytes(header);
    for (int i = 0; i < whole.length; i++) {
      byte[] turned = whole.clone();
      turned[i] ^= 16;
      boolean version = i >= 4 && i < 8;
      Files.write(header, version ? new byte[3] : turned);
      try (Spool spool = open()) {
        assertThat(spool.session()).as("byte %d", i).isEqualTo(new ReportSession(ID, 0, 0));
        assertThat(spool.read(1, MANY, MANY)).isEqualTo(outcomes("a"));
      }
    }
    byte[] newer = whole.clone();
    newer[7] = 2;
    Files.write(header, newer);
    assertThatThrownBy(this::open).hasMessageContaining("version 2 (expected: at most 1)");
  }

  @Test
  void spool_ofAnotherProducer_isRefused() {
    open().close();

    assertThatThrownBy(() -> Spool.open(directory, "other", Spool.MIN_BYTES, queue, () -> ID))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("of producer \"checkout\" (expected: of \"other\")");
    open().close();
  }

  @Test
  void spool_usedTwiceInAProcess_isRefused() throws IOException {
    try (Spool first = open()) {
      Path link = Files.createSymbolicLink(directory.resolveSibling("link"), directory);
      assertThatThrownBy(() -> Spool.open(link, "checkout", Spool.MIN_BYTES, queue, () -> ID))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "used by another reporter of this process (expected: a directory for each reporter)");
      assertThat(first.append(outcomes("a"))).isTrue();
    }
    open().close();
  }

  @Test
  void spool_notADirectory_saysSo() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThatThrownBy(() -> Spool.open(file, "checkout", Spool.MIN_BYTES, queue, () -> ID))
        .isInstanceOf(java.io.UncheckedIOException.class)
        .hasMessageStartingWith("spool " + file + ": ");
  }

  private static List<ByteString> readAll(Spool spool, int maxBytes) {
    List<ByteString> all = new ArrayList<>();
    long place = spool.first();
    while (place < spool.next()) {
      List<ByteString> some = spool.read(place, MANY, maxBytes);
      assertThat(some).isNotEmpty();
      all.addAll(some);
      place += some.size();
    }
    return all;
  }

  private static List<ByteString> outcomes(String... contents) {
    return Stream.of(contents).map(ByteString::copyFromUtf8).toList();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }
}
