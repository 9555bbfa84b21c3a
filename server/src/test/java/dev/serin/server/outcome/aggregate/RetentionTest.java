package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private final Random random = new Random(20_261_128);

  private static boolean isEnded(Place place) {
    return place.stage() == 1;
  }

  @Test
  void retention_ofEndedPlaces_dropsSetsBucketsAndHistogramsAndKeepsSums() {
    Delta whole = delta(3_000);
    Delta kept = whole.retained(RetentionTest::isEnded);

    assertThat(kept.cells().keySet()).isEqualTo(whole.cells().keySet());
    int ended = 0;
    for (CellKey key : whole.cells().keySet()) {
      Cell before = whole.cellOf(key);
      Cell after = kept.cellOf(key);
      assertThat(after.count()).isEqualTo(before.count());
      assertThat(after.sum().toBigInteger()).isEqualTo(before.sum().toBigInteger());
      assertThat(after.squares().toBigInteger()).isEqualTo(before.squares().toBigInteger());
      assertThat(after.min()).isEqualTo(before.min());
      assertThat(after.max()).isEqualTo(before.max());
      assertThat(denominator(after)).isEqualTo(denominator(before));
      boolean isEnded = isEnded(key.place());
      ended += isEnded ? 1 : 0;
      assertThat(after.buckets() == null).isEqualTo(isEnded || before.buckets() == null);
      assertThat(after.histogram() == null).isEqualTo(isEnded || before.histogram() == null);
      assertThat(kept.charts().containsKey(key)).isEqualTo(!isEnded && hasChart(whole, key));
    }
    assertThat(ended).isGreaterThan(5);
    assertThat(kept.sets().keySet()).isNotEmpty().noneMatch(RetentionTest::isEnded);
    assertThat(kept.untilMillis()).isEqualTo(whole.untilMillis());
    assertThat(kept.watermark()).isEqualTo(whole.watermark());
    assertThat(kept.sizeBytes()).isLessThan(whole.sizeBytes());
  }

  private static boolean hasChart(Delta delta, CellKey key) {
    return delta.charts().containsKey(key);
  }

  private static double denominator(Cell cell) {
    FixedSum denominator = cell.denominator();
    return denominator == null ? -1 : denominator.toDouble();
  }

  @Test
  void retention_unitsOfEndedPlacesOnly_leaveTheTable() {
    MergedView view = new MergedView();
    DeltaBuilder builder = new DeltaBuilder(view);
    Place ended = Events.place(1, Arm.ARM_TREATMENT, "new");
    Place open = Events.place(2, Arm.ARM_TREATMENT, "new");
    for (int i = 0; i < 1_000; i++) {
      builder.exposure(ended, Events.unit(i), Events.NOW);
      builder.exposure(open, Events.unit(i + 900), Events.NOW);
    }
    view.apply(builder.build());
    assertThat(view.unitCount()).isEqualTo(1_900);

    view.expire(RetentionTest::isEnded);

    assertThat(view.unitCount()).isEqualTo(1_000);
    assertThat(view.units(open).userCount()).isEqualTo(new UnitCount(1_000, false));
    assertThat(view.units(ended).exposed().isEmpty()).isTrue();
    assertThat(view.cell(CellKey.exposures(ended)).orElseThrow().count()).isEqualTo(1_000);
  }

  /** Folding may drop before or after it merges, of all parts or of some. */
  @Test
  void retention_inAnyOrderOfMerges_isTheSame() {
    List<Delta> parts = List.of(delta(300), delta(300), delta(300));
    Delta merged = new Delta();
    parts.forEach(merged::merge);
    byte[] expected = DeltaCodec.encode(merged.retained(RetentionTest::isEnded));

    Delta ofParts = new Delta();
    parts.forEach(part -> ofParts.merge(part.retained(RetentionTest::isEnded)));
    assertThat(DeltaCodec.encode(ofParts)).isEqualTo(expected);
    Delta mixed = new Delta();
    mixed.merge(parts.getFirst().retained(RetentionTest::isEnded));
    mixed.merge(parts.get(1));
    mixed.merge(parts.getLast());
    assertThat(DeltaCodec.encode(mixed.retained(RetentionTest::isEnded))).isEqualTo(expected);
    assertThat(DeltaCodec.encode(merged.retained(place -> false)))
        .isEqualTo(DeltaCodec.encode(merged));
  }

  private Delta delta(int events) {
    DeltaBuilder builder = new DeltaBuilder(new MergedView());
    new Events(random).some(events).forEach(event -> event.accept(builder));
    return builder.build();
  }
}
