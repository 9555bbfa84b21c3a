package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.Arm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MergedViewTest {
  private static final Place NEW = Events.place(1, Arm.ARM_TREATMENT, "new");
  private static final Place OLD = Events.place(1, Arm.ARM_CONTROL, "old");
  private static final CellKey ERROR = Events.metric(NEW, "error");

  private final Random random = new Random(20_261_126);

  /**
   * The merge law from end to end: whatever the order, the flushes, the replicas and the tiers of
   * bases, all views end in the same bits.
   */
  @Test
  void view_mergedInAnyGrouping_isEqual() {
    List<Consumer<DeltaBuilder>> events = new Events(random).some(4_000);
    // The one thing that is no event: a watermark holds for its flush.
    events.removeIf(event -> watermark(event) != -1);
    byte[] whole = bytes(flushed(events));
    for (int round = 0; round < 15; round++) {
      Delta merged =
          RandomTrees.merged(events, random, Batch::new, Batch::add, Batch::takeAll).merged(random);
      assertThat(Arrays.equals(bytes(merged), whole)).as("round %d", round).isTrue();
      MergedView view = new MergedView();
      view.apply(merged);
      assertThat(bytes(view.toDelta())).isEqualTo(whole);
    }
  }

  /** Bases hold parts of several generations: in which order they meet must not matter either. */
  @Test
  void deltas_ofSeveralGenerations_mergeInAnyOrder() {
    List<Delta> deltas = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int generation = random.nextInt(4);
      MergedView view =
          new MergedView(new FrozenSizes(new Thinning(generation, generation / 2), Map.of()));
      DeltaBuilder builder = new DeltaBuilder(view);
      new Events(random).some(100).forEach(event -> event.accept(builder));
      deltas.add(DeltaCodec.decode(bytes(builder.build())));
    }
    byte[] whole =
        bytes(RandomTrees.merged(deltas, random, Delta::new, Delta::merge, Delta::merge));
    for (int round = 0; round < 30; round++) {
      Delta merged =
          RandomTrees.merged(deltas, random, Delta::new, MergedViewTest::mergeRead, Delta::merge);
      assertThat(Arrays.equals(bytes(merged), whole)).as("round %d", round).isTrue();
    }
  }

  private static void mergeRead(Delta into, Delta delta) {
    into.merge(DeltaCodec.decode(bytes(delta)));
  }

  private static long watermark(Consumer<DeltaBuilder> event) {
    return flushed(List.of(event)).watermark();
  }

  private static Delta flushed(List<Consumer<DeltaBuilder>> events) {
    DeltaBuilder builder = new DeltaBuilder(new MergedView());
    events.forEach(event -> event.accept(builder));
    return builder.build();
  }

  private static byte[] bytes(Delta delta) {
    return DeltaCodec.encode(delta);
  }

  /** One replica: flushes what it has, over what it has committed, and takes others' deltas. */
  private static final class Batch {
    private final List<Consumer<DeltaBuilder>> pending = new ArrayList<>();
    private final List<Delta> committed = new ArrayList<>();
    private final MergedView view = new MergedView();

    void add(Consumer<DeltaBuilder> event) {
      pending.add(event);
      if (pending.size() == 50) {
        flush();
      }
    }

    private void flush() {
      DeltaBuilder builder = new DeltaBuilder(view);
      pending.forEach(event -> event.accept(builder));
      pending.clear();
      Delta delta = DeltaCodec.decode(DeltaCodec.encode(builder.build()));
      view.apply(delta);
      committed.add(delta);
    }

    void takeAll(Batch other) {
      flush();
      other.flush();
      other.committed.forEach(view::apply);
      committed.addAll(other.committed);
    }

    Delta merged(Random random) {
      flush();
      return RandomTrees.merged(committed, random, Delta::new, Delta::merge, Delta::merge);
    }
  }

  @Test
  void delta_ofKnownMembers_leavesThemOut() {
    MergedView view = new MergedView();
    DeltaBuilder first = new DeltaBuilder(view);
    for (int i = 0; i < 1_000; i++) {
      first.exposure(NEW, Events.unit(i), Events.NOW);
      first.mark(OLD, Events.unit(i + 5_000));
      first.event(ERROR, Events.unit(i));
    }
    view.apply(first.build());

    DeltaBuilder second = new DeltaBuilder(view);
    for (int i = 0; i < 1_001; i++) {
      second.exposure(NEW, Events.unit(i), Events.NOW);
      second.mark(NEW, Events.unit(i));
      second.mark(OLD, Events.unit(i + 5_000));
      second.event(ERROR, Events.unit(i));
    }
    Delta delta = second.build();

    assertThat(delta.unitCount()).isEqualTo(2);
    assertThat(bytes(delta)).hasSizeLessThan(300);
    view.apply(delta);
    assertThat(view.units(NEW).exposed().size()).isEqualTo(1_001);
    assertThat(view.units(NEW).withEvent(ERROR).size()).isEqualTo(1_001);
    assertThat(view.units(OLD).marked().size()).isEqualTo(1_001);
    assertThat(view.cell(CellKey.exposures(NEW)).orElseThrow().count()).isEqualTo(2_001);
  }

  @Test
  void sets_anyOrder_areEqual() {
    Set<Long> exposed = new HashSet<>();
    Set<Long> marked = new HashSet<>();
    List<Consumer<DeltaBuilder>> events = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      long unit = Events.unit(random.nextInt(1_500));
      if (random.nextBoolean()) {
        exposed.add(unit);
        events.add(builder -> builder.exposure(NEW, unit, Events.NOW));
      } else {
        marked.add(unit);
        events.add(builder -> builder.mark(NEW, unit));
      }
    }
    marked.removeAll(exposed);
    for (int round = 0; round < 20; round++) {
      MergedView view = new MergedView();
      view.apply(
          RandomTrees.merged(events, random, Batch::new, Batch::add, Batch::takeAll)
              .merged(random));
      assertThat(view.units(NEW).exposed().size()).isEqualTo(exposed.size());
      assertThat(exposed).allMatch(unit -> Events.isIn(view, NEW, unit, PlaceSets::exposed));
      assertThat(view.units(NEW).marked().size()).isEqualTo(marked.size());
      assertThat(marked).allMatch(unit -> Events.isIn(view, NEW, unit, PlaceSets::marked));
    }
  }

  @Test
  void marked_neverHoldsExposed_inAnyOrder() {
    for (boolean markedFirst : new boolean[] {true, false}) {
      Delta mark = flushed(List.of(builder -> builder.mark(NEW, 1)));
      Delta exposure = flushed(List.of(builder -> builder.exposure(NEW, 1, Events.NOW)));
      MergedView view = new MergedView();
      view.apply(markedFirst ? mark : exposure);
      view.apply(markedFirst ? exposure : mark);
      assertThat(view.units(NEW).marked().isEmpty()).isTrue();
      assertThat(view.units(NEW).exposed().size()).isEqualTo(1);
    }
  }

  @Test
  void leak_unitInTwoVariants_isInNeither() {
    Place surplus = Events.place(1, Arm.ARM_SURPLUS, "new");
    Place later = Events.place(2, Arm.ARM_CONTROL, "old");
    MergedView view = new MergedView();
    view.apply(
        flushed(
            List.of(
                builder -> builder.exposure(NEW, 1, Events.NOW),
                builder -> builder.exposure(NEW, 2, Events.NOW),
                builder -> builder.exposure(NEW, 3, Events.NOW),
                builder -> builder.event(ERROR, 1),
                builder -> builder.event(ERROR, 2),
                // Another variant of the stage: leaked, though it is only a mark.
                builder -> builder.mark(OLD, 1),
                builder -> builder.exposure(OLD, 4, Events.NOW),
                // The same variant in another arm, and another stage: no leaks.
                builder -> builder.exposure(surplus, 2, Events.NOW),
                builder -> builder.exposure(later, 3, Events.NOW))));
    assertThat(view.units(NEW).leaked().size()).isEqualTo(1);
    assertThat(view.units(OLD).leaked().size()).isEqualTo(1);
    assertThat(view.units(later).leaked().isEmpty()).isTrue();
    assertThat(view.units(NEW).exposed().size()).isEqualTo(2);
    assertThat(view.units(NEW).withEvent(ERROR).size()).isEqualTo(1);
    assertThat(view.units(OLD).marked().isEmpty()).isTrue();
    assertThat(view.units(OLD).exposed().size()).isEqualTo(1);
    assertThat(view.units(surplus).exposed().size()).isEqualTo(1);
    assertThat(view.units(later).exposed().size()).isEqualTo(1);
  }

  @Test
  void answers_areCopies() {
    MergedView view = new MergedView();
    Delta delta =
        flushed(List.of(builder -> builder.value(ERROR, CellParts.BUCKETS, 1, 3, Events.NOW)));
    view.apply(delta);
    byte[] before = bytes(view.toDelta());
    view.cell(ERROR).orElseThrow().add(5, CellParts.HISTOGRAM, 4);
    view.chart(ERROR).orElseThrow().add(Events.NOW, 5, true);
    view.units(NEW).exposed().add(0);
    delta.cellOf(ERROR).add(5, CellParts.PLAIN, 0);
    assertThat(bytes(view.toDelta())).isEqualTo(before);
    assertThat(view.keys()).containsExactly(ERROR);
    assertThat(view.cell(CellKey.outcomes(NEW))).isEmpty();
  }

  /** Figures are made of copies, off the view's thread, while it goes on. */
  @Test
  void units_copied_stayAsTheyWere() {
    MergedView view = new MergedView();
    view.apply(flushed(new Events(random).some(2_000)));
    List<PlaceUnits> copies = new ArrayList<>();
    List<String> before = new ArrayList<>();
    for (Place place : view.places("shop", "ranking")) {
      copies.add(view.units(place).copy());
      before.add(figures(view.units(place)));
    }
    assertThat(copies).hasSizeGreaterThan(3);

    view.apply(flushed(new Events(random).some(2_000)));
    view.thin(view.nextGeneration());
    view.apply(flushed(new Events(random).some(2_000)));

    assertThat(copies).extracting(MergedViewTest::figures).isEqualTo(before);
    assertThat(view.places("shop", "ranking").stream().map(view::units))
        .extracting(MergedViewTest::figures)
        .doesNotContainAnyElementsOf(before);
  }

  private static String figures(PlaceUnits units) {
    return units.exposedCount()
        + " "
        + units.userCount()
        + " "
        + units.leaked().size()
        + Arrays.toString(units.byBucket(units.users()))
        + Arrays.toString(units.byBucket(units.marked()));
  }

  @Test
  void times_ofMergedDeltas_spanThem() {
    Delta early = flushed(List.of(b -> b.outcome(NEW, 5_000), b -> b.watermark(4_000)));
    Delta late = flushed(List.of(b -> b.outcome(NEW, 9_000), b -> b.watermark(8_000)));
    Delta silent = flushed(List.of(b -> b.mark(NEW, 1)));
    Delta merged =
        RandomTrees.merged(
            List.of(early, late, silent), random, Delta::new, Delta::merge, Delta::merge);
    assertThat(merged.fromMillis()).isEqualTo(5_000);
    assertThat(merged.untilMillis()).isEqualTo(9_000);
    assertThat(merged.watermark()).isEqualTo(4_000);
  }

  /** A flush is short: what it holds of others happened hardly later than what it was asked of. */
  @Test
  void lastMillis_outOfTheStore_isWithinItsFlushAndItsSlot() {
    long slot = Events.NOW / Slots.NARROW_MILLIS * Slots.NARROW_MILLIS;
    DeltaBuilder flush = new DeltaBuilder(new MergedView());
    flush.exposure(NEW, 1, slot + 2_000);
    flush.exposure(OLD, 2, slot + 2_070);
    flush.exposure(OLD, 3, slot - 40_000);
    Delta stored = DeltaCodec.decode(DeltaCodec.encode(flush.build()));
    MergedView view = new MergedView();
    view.apply(stored);
    assertThat(view.lastMillis(CellKey.exposures(NEW))).isEqualTo(slot + 2_070);
    assertThat(view.lastMillis(CellKey.exposures(OLD))).isEqualTo(slot + 2_070);
    assertThat(view.lastMillis(CellKey.outcomes(OLD))).isEqualTo(-1);

    // A base is of many flushes: of what stopped long ago the slot is known.
    DeltaBuilder later = new DeltaBuilder(view);
    later.exposure(OLD, 4, slot + 75_000);
    Delta base = new Delta();
    base.merge(stored);
    base.merge(later.build());
    MergedView loaded = new MergedView();
    loaded.apply(DeltaCodec.decode(DeltaCodec.encode(base)));
    assertThat(loaded.lastMillis(CellKey.exposures(NEW))).isEqualTo(slot + 9_999);
    assertThat(loaded.lastMillis(CellKey.exposures(OLD))).isEqualTo(slot + 75_000);
  }

  /** Who was given a variant by an override, or after the run had ended, leaks nothing. */
  @Test
  void leak_ofWhatIsNoEvidence_isNone() {
    Place overridden = Events.place(1, Arm.ARM_NONE, "old");
    Place after =
        new Place("shop", "ranking", "main", "r-1", 0, 1, Arm.ARM_CONTROL, "old", true, "user_key");
    MergedView view = new MergedView();
    view.apply(
        flushed(
            List.of(
                builder -> builder.exposure(NEW, 1, Events.NOW),
                builder -> builder.exposure(NEW, 2, Events.NOW),
                builder -> builder.exposure(overridden, 1, Events.NOW),
                builder -> builder.exposure(after, 2, Events.NOW))));
    assertThat(view.units(NEW).leaked().isEmpty()).isTrue();
    assertThat(view.units(NEW).exposed().size()).isEqualTo(2);
    assertThat(view.units(List.of(NEW, overridden, after)))
        .allMatch(units -> units.leaked().isEmpty());
  }
}
