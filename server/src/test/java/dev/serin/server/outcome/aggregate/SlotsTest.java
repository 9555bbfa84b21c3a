package dev.serin.server.outcome.aggregate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private static final long DAY_MILLIS = 86_400_000;
  private static final long NOW = 20_000 * DAY_MILLIS + 12_345_678;

  private final Random random = new Random(20_261_124);

  private record Value(long timeMillis, long steps) {}

  @Test
  void slots_tenSeconds_addUpToTheirMinute() {
    Slots slots = new Slots();
    Map<Long, Long> counts = new TreeMap<>();
    Map<Long, BigInteger> sums = new TreeMap<>();
    for (Value value : values(5_000, DAY_MILLIS / 2)) {
      slots.add(value.timeMillis(), value.steps(), true);
      long minute = value.timeMillis() / Slots.WIDE_MILLIS * Slots.WIDE_MILLIS;
      counts.merge(minute, 1L, Long::sum);
      sums.merge(minute, BigInteger.valueOf(value.steps()), BigInteger::add);
    }
    List<Slot> minutes = slots.minutes();
    assertThat(minutes).extracting(Slot::startMillis).containsExactlyElementsOf(counts.keySet());
    assertThat(minutes).extracting(Slot::count).containsExactlyElementsOf(counts.values());
    assertThat(minutes)
        .extracting(slot -> slot.sum().toBigInteger())
        .containsExactlyElementsOf(sums.values());
    assertThat(slots.tenSeconds())
        .isNotEmpty()
        .allMatch(slot -> slot.startMillis() % Slots.NARROW_MILLIS == 0)
        .allMatch(slot -> slot.histogram() != null);
  }

  /** Copying what is asked for out of several charts shows what merging them all would show. */
  @Test
  void slots_ofSeveralChartsAndARange_areThoseOfTheMergedChart() {
    for (int round = 0; round < 20; round++) {
      List<Slots> charts = new ArrayList<>();
      Slots merged = new Slots();
      for (int i = 0; i < 4; i++) {
        Slots chart = new Slots();
        // Charts that end at different times: what has left the hour of one is in that of another.
        long later = random.nextLong(DAY_MILLIS / 8);
        for (Value value : values(random.nextInt(400), random.nextInt(4) == 0 ? 1 : DAY_MILLIS)) {
          chart.add(value.timeMillis() + later, value.steps(), true);
        }
        charts.add(chart);
        merged.merge(chart);
      }
      for (long width : new long[] {Slots.NARROW_MILLIS, Slots.WIDE_MILLIS}) {
        List<Slot> all = width == Slots.NARROW_MILLIS ? merged.tenSeconds() : merged.minutes();
        long from = NOW - random.nextLong(DAY_MILLIS);
        long until = from + random.nextLong(DAY_MILLIS);

        assertThat(shown(Slots.merged(charts, 0, Long.MAX_VALUE, width))).isEqualTo(shown(all));
        assertThat(shown(Slots.merged(charts, from, until, width)))
            .isEqualTo(
                shown(
                    all.stream()
                        .filter(slot -> slot.startMillis() >= from && slot.startMillis() < until)
                        .toList()));
      }
    }
    assertThat(Slots.merged(List.of(), 0, Long.MAX_VALUE, Slots.WIDE_MILLIS)).isEmpty();
  }

  /** To the millisecond where it is added; out of the store it is told by slots. */
  @Test
  void lastMillis_ofValuesInAnyOrder_isTheNewestOfAll() {
    Slots chart = new Slots();
    assertThat(chart.lastMillis()).isEqualTo(-1);
    chart.add(NOW, 1, false);
    chart.add(NOW - 3 * Slots.NARROW_MILLIS, 1, false);
    assertThat(chart.lastMillis()).isEqualTo(NOW);
    Slots older = new Slots();
    older.add(NOW - 5, 1, false);
    older.merge(chart);
    assertThat(older.lastMillis()).isEqualTo(NOW);
    assertThat(older.copy().lastMillis()).isEqualTo(NOW);
  }

  private static List<List<Object>> shown(List<Slot> slots) {
    List<List<Object>> shown = new ArrayList<>();
    for (Slot slot : slots) {
      CoarseHistogram histogram = requireNonNull(slot.histogram());
      List<Object> bins = new ArrayList<>();
      for (int entry = 0; entry < histogram.size(); entry++) {
        bins.add(histogram.binAt(entry) + ":" + histogram.countAt(entry));
      }
      shown.add(
          List.of(
              slot.startMillis(),
              slot.count(),
              slot.sum().toBigInteger(),
              slot.min(),
              slot.max(),
              bins));
    }
    return shown;
  }

  @Test
  void slots_ofAnAnswer_areCopies() {
    Slots chart = new Slots();
    chart.add(NOW, 5, true);
    Slot slot = chart.tenSeconds().getFirst();
    requireNonNull(slot.histogram()).add(5);
    slot.sum().add(7);

    assertThat(shown(chart.tenSeconds()))
        .isEqualTo(shown(chart.copy().tenSeconds()))
        .isNotEqualTo(shown(List.of(slot)));
    assertThat(chart.untilMillis()).isEqualTo(slot.startMillis() + Slots.NARROW_MILLIS);
    assertThat(new Slots().untilMillis()).isZero();
  }

  @Test
  void slots_beyondTheHourAndTheDay_leave() {
    Slots slots = new Slots();
    for (long time = NOW - 2 * DAY_MILLIS; time <= NOW; time += Slots.NARROW_MILLIS) {
      slots.add(time, 1, false);
    }
    slots.add(NOW - 2 * DAY_MILLIS, 1, false);
    assertThat(slots.tenSeconds()).hasSize(Slots.NARROW_SLOTS);
    assertThat(slots.minutes()).hasSize(Slots.WIDE_SLOTS);
    assertThat(slots.tenSeconds().getLast().startMillis())
        .isEqualTo(NOW / Slots.NARROW_MILLIS * Slots.NARROW_MILLIS);
    assertThat(slots.minutes()).extracting(Slot::count).contains(6L).doesNotContain(7L);
    assertThat(slots.sizeBytes()).isLessThanOrEqualTo(100_000);
  }

  @Test
  void slots_anyOrderAnySplit_areTheSame() {
    List<Value> values = values(2_000, 3 * DAY_MILLIS);
    values.addAll(values(2_000, 2 * 3_600_000));
    Slots whole = new Slots();
    values.forEach(value -> whole.add(value.timeMillis(), value.steps(), true));
    for (int round = 0; round < 30; round++) {
      Slots merged =
          RandomTrees.merged(
              values,
              random,
              Slots::new,
              (slots, value) -> slots.add(value.timeMillis(), value.steps(), true),
              Slots::merge);
      assertThat(texts(merged.tenSeconds())).isEqualTo(texts(whole.tenSeconds()));
      assertThat(texts(merged.minutes())).isEqualTo(texts(whole.minutes()));
    }
  }

  private static List<String> texts(List<Slot> slots) {
    return slots.stream().map(SlotsTest::text).toList();
  }

  private static String text(Slot slot) {
    StringBuilder text =
        new StringBuilder()
            .append(slot.startMillis())
            .append(' ')
            .append(slot.count())
            .append(' ')
            .append(slot.sum().toBigInteger())
            .append(' ')
            .append(slot.min())
            .append(' ')
            .append(slot.max());
    CoarseHistogram histogram = slot.histogram();
    for (int i = 0; histogram != null && i < histogram.size(); i++) {
      text.append(' ').append(histogram.binAt(i)).append(':').append(histogram.countAt(i));
    }
    return text.toString();
  }

  @Test
  void time_beforeTheEpoch_isRefused() {
    assertThatThrownBy(() -> new Slots().add(-1, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time: -1 (expected: 0 or more)");
  }

  private List<Value> values(int count, long spanMillis) {
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(new Value(NOW - random.nextLong(spanMillis), random.nextLong(-1 << 20, 1L << 40)));
    }
    return values;
  }
}
