package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.serin.engine.DocumentId;
import dev.serin.v1.Document;
import dev.serin.v1.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlicesTest {
  @Test
  void slices_ofNothing_areNone() {
    assertThat(Slices.of(List.of())).isEmpty();
  }

  @Test
  void slices_ofRandomWrites_areBoundedAndHoldEverythingInOrder() {
    for (long seed = 1; seed <= 50; seed++) {
      List<PlannedWrite> writes = writes(new Random(seed));
      List<List<Slices.Row>> slices = Slices.of(writes);

      for (List<Slices.Row> slice : slices) {
        int sizeBytes = slice.stream().mapToInt(Slices.Row::sizeBytes).sum();
        assertThat(slice).as("seed %d", seed).hasSizeBetween(1, Slices.MAX_ROWS);
        assertThat(sizeBytes).as("seed %d", seed).isLessThanOrEqualTo(Slices.MAX_BYTES);
      }
      assertThat(bodies(slices)).as("seed %d", seed).isEqualTo(expected(writes));
      assertThat(periods(slices)).as("seed %d", seed).isEqualTo(expectedPeriods(writes));
    }
  }

  private static List<PlannedWrite> writes(Random random) {
    List<PlannedWrite> writes = new ArrayList<>();
    int count = 1 + random.nextInt(3 * Slices.MAX_ROWS);
    for (int i = 0; i < count; i++) {
      DocumentId id = Samples.segmentId("s" + i);
      boolean large = random.nextInt(100) == 0;
      int chars = large ? random.nextInt(3 * Slices.MAX_BYTES) : random.nextInt(200);
      writes.add(
          random.nextInt(10) == 0
              ? new PlannedWrite(id, Operation.DELETE, null, periods(random))
              : new PlannedWrite(
                  id,
                  Operation.PUT,
                  Samples.segment(id.key(), "x".repeat(chars)),
                  periods(random)));
    }
    return writes;
  }

  private static List<PeriodStart> periods(Random random) {
    return random.nextInt(3) > 0
        ? List.of()
        : List.of(
            PeriodStart.splitGone(Split.newBuilder().setId("a").build()),
            new PeriodStart("b", "user_key", List.of("on"), null));
  }

  private static List<Slices.PeriodRow> expectedPeriods(List<PlannedWrite> writes) {
    List<Slices.PeriodRow> rows = new ArrayList<>();
    for (int seq = 0; seq < writes.size(); seq++) {
      for (PeriodStart start : writes.get(seq).periods()) {
        rows.add(new Slices.PeriodRow(seq, "s" + seq, start));
      }
    }
    return rows;
  }

  private static List<Slices.PeriodRow> periods(List<List<Slices.Row>> slices) {
    return slices.stream()
        .flatMap(List::stream)
        .filter(Slices.PeriodRow.class::isInstance)
        .map(Slices.PeriodRow.class::cast)
        .toList();
  }

  private static List<ByteString> expected(List<PlannedWrite> writes) {
    return writes.stream()
        .map(PlannedWrite::document)
        .map(document -> document == null ? ByteString.EMPTY : encoded(document))
        .toList();
  }

  private static ByteString encoded(Document document) {
    return document.toByteString();
  }

  /** Bodies put together again, by their place; parts are counted on the way. */
  private static List<ByteString> bodies(List<List<Slices.Row>> slices) {
    List<ByteString> bodies = new ArrayList<>();
    int partsLeft = 0;
    for (Slices.Row row : slices.stream().flatMap(List::stream).toList()) {
      switch (row) {
        case Slices.VersionRow version -> {
          assertThat(partsLeft).isZero();
          assertThat(version.seq()).isEqualTo(bodies.size());
          bodies.add(version.body());
          partsLeft = version.parts();
        }
        case Slices.PartRow part -> {
          assertThat(part.seq()).isEqualTo(bodies.size() - 1);
          bodies.set(part.seq(), bodies.get(part.seq()).concat(part.body()));
          partsLeft--;
        }
        case Slices.PeriodRow period -> {
          assertThat(partsLeft).isZero();
          assertThat(period.seq()).isEqualTo(bodies.size() - 1);
        }
      }
    }
    assertThat(partsLeft).isZero();
    return bodies;
  }
}
