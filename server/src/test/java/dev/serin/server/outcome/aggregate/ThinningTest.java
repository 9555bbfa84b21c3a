package dev.serin.server.outcome.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.engine.Bucketing;
import dev.serin.v1.Arm;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ThinningTest {
  private static final Place NEW = Events.place(1, Arm.ARM_TREATMENT, "new");
  private static final Place OLD = Events.place(1, Arm.ARM_CONTROL, "old");
  private static final Place NEXT = Events.place(2, Arm.ARM_TREATMENT, "new");
  private static final CellKey ERROR = Events.metric(NEW, "error");
  private static final int USERS = 20_000;

  private final Random random = new Random(20_261_127);

  @Test
  void thinning_keeps_whatIsBelowTheShareOfItsLevel() {
    long saltHash = Bucketing.hash("sampling:units");
    for (int i = 0; i < 5_000; i++) {
      long unit = random.nextLong();
      BigInteger draw = new BigInteger(Long.toUnsignedString(Bucketing.draw(unit, saltHash)));
      for (int level : new int[] {0, 1, 2, 7, Thinning.MAX_LEVEL}) {
        boolean isBelow = draw.compareTo(BigInteger.ONE.shiftLeft(Long.SIZE - level)) < 0;
        assertThat(new Thinning(1 + level, level).keeps(unit)).isEqualTo(isBelow);
      }
    }
  }

  @Test
  void thinning_outOfRange_isRefused() {
    for (int[] bad : new int[][] {{-1, 0}, {0, 1}, {1, -1}, {1, Thinning.MAX_LEVEL + 1}}) {
      assertThatThrownBy(() -> new Thinning(bad[0], bad[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected: 0 or more");
    }
    assertThatThrownBy(() -> new Thinning(40, Thinning.MAX_LEVEL).next())
        .isInstanceOf(IllegalStateException.class);
    Delta delta = new Delta(new Thinning(2, 2));
    for (Thinning other : List.of(new Thinning(2, 1), new Thinning(3, 1), new Thinning(1, 3))) {
      assertThatThrownBy(() -> delta.merge(new Delta(other)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of one store");
    }
  }

  @Test
  void thinning_overTheBound_keepsOneThresholdForAll() {
    MergedView view = new MergedView();
    flush(view, exposures(NEW, 0, USERS), exposures(OLD, USERS, 2 * USERS), events(0, 4_000));
    flush(view, exposures(NEXT, 0, 2 * USERS));
    assertThat(view.unitCount()).isEqualTo(2 * USERS);
    long before = view.sizeBytes();

    for (int level = 1; level <= 3; level++) {
      view.thin(view.nextGeneration());

      Thinning thinning = new Thinning(level, level);
      assertThat(view.thinning()).isEqualTo(thinning);
      int kept = 0;
      for (int i = 0; i < 2 * USERS; i++) {
        boolean isKept = thinning.keeps(Events.unit(i));
        kept += isKept ? 1 : 0;
        assertThat(Events.isIn(view, NEW, Events.unit(i), PlaceSets::exposed))
            .isEqualTo(isKept && i < USERS);
        assertThat(Events.isIn(view, OLD, Events.unit(i), PlaceSets::exposed))
            .isEqualTo(isKept && i >= USERS);
        assertThat(Events.isIn(view, NEXT, Events.unit(i), PlaceSets::exposed)).isEqualTo(isKept);
        assertThat(Events.isIn(view, ERROR.place(), Events.unit(i), sets -> sets.event(ERROR)))
            .isEqualTo(isKept && i < 4_000);
      }
      assertThat(view.unitCount()).isEqualTo(kept);
      assertThat(kept).isCloseTo((2 * USERS) >> level, within(600));
    }
    assertThat(view.sizeBytes()).isLessThan(before / 4);
    // What is added is held to the same threshold, and a delta brings no other units.
    DeltaBuilder builder = new DeltaBuilder(view);
    exposures(NEW, 2 * USERS, 3 * USERS).accept(builder);
    Delta delta = builder.build();
    assertThat(delta.thinning()).isEqualTo(new Thinning(3, 3));
    assertThat(delta.unitCount()).isCloseTo(USERS >> 3, within(300));
    // Sums are not thinned.
    view.apply(delta);
    assertThat(view.cell(CellKey.exposures(NEW)).orElseThrow().count()).isEqualTo(2 * USERS);
  }

  @Test
  void thinning_frozenSizes_areOneForAllReplicas() {
    MergedView one = new MergedView();
    MergedView other = new MergedView();
    Delta both =
        built(one, List.of(exposures(NEW, 0, 1_000), marks(NEW, 900, 1_300), events(0, 50)));
    Delta late = built(other, List.of(exposures(NEW, 1_000, 1_500), exposures(OLD, 0, 10)));
    one.apply(both);
    other.apply(both);
    other.apply(late);
    FrozenSizes stored = FrozenSizes.decode(one.nextGeneration().encode());
    assertThat(stored.sizes())
        .isEqualTo(
            Map.of(CellKey.exposures(NEW), 1_000L, CellKey.outcomes(NEW), 1_300L, ERROR, 50L));

    one.thin(stored);
    other.thin(stored);
    // What the writer of the sizes had not seen changes none of them, wherever it comes.
    one.apply(late);

    for (MergedView view : List.of(one, other)) {
      assertThat(view.units(NEW).exposedCount()).isEqualTo(new UnitCount(1_000, true));
      assertThat(view.units(NEW).userCount()).isEqualTo(new UnitCount(1_300, true));
      assertThat(view.units(NEW).eventCount(ERROR)).isEqualTo(new UnitCount(50, true));
      assertThat(view.units(OLD).exposedCount()).isEqualTo(new UnitCount(0, true));
      assertThat(view.units(NEW).users().isEmpty()).isTrue();
    }
    assertThat(bytes(one)).isEqualTo(bytes(other));
    // The row may be read again and again.
    one.thin(stored);
    assertThat(bytes(one)).isEqualTo(bytes(other));
  }

  @Test
  void thinning_afterwards_countsOnlyFirstSeen() {
    MergedView view = new MergedView();
    flush(view, exposures(NEW, 0, USERS), marks(NEW, USERS, USERS + 2_000), events(0, 6_000));
    view.thin(view.nextGeneration());
    flush(view, exposures(NEW, 0, USERS), events(0, 6_000), marks(NEW, USERS, USERS + 2_000));
    assertThat(view.units(NEW).users().isEmpty()).isTrue();
    assertThat(view.units(NEW).exposed().isEmpty()).isTrue();
    assertThat(view.units(NEW).withEvent(ERROR).isEmpty()).isTrue();

    // Seen before as marked, exposed now: a first exposure, and no new user.
    flush(view, exposures(NEW, USERS, USERS + 2_000));
    assertThat(view.units(NEW).exposed().size()).isCloseTo(1_000, within(100));
    assertThat(view.units(NEW).users().isEmpty()).isTrue();

    flush(view, exposures(NEW, 2 * USERS, 3 * USERS), events(2 * USERS, 2 * USERS + 9_000));
    assertThat(view.units(NEW).users().size()).isCloseTo(USERS / 2, within(400));
    assertThat(view.units(NEW).withEvent(ERROR).size()).isCloseTo(4_500, within(300));
    assertEstimate(view.units(NEW).userCount(), 2 * USERS + 2_000);
    assertEstimate(view.units(NEW).exposedCount(), 2 * USERS + 2_000);
    assertEstimate(view.units(NEW).eventCount(ERROR), 15_000);

    // The next generation freezes what is shown, and counts anew.
    UnitCount shown = view.units(NEW).userCount();
    view.thin(view.nextGeneration());
    assertThat(view.units(NEW).userCount()).isEqualTo(shown);
    assertThat(view.units(NEW).users().isEmpty()).isTrue();
    flush(view, exposures(NEW, USERS, 4 * USERS));
    assertEstimate(view.units(NEW).userCount(), 3 * USERS + 18_000);
    // A stage that begins now knows the level it finds only.
    flush(view, exposures(NEXT, 0, USERS));
    assertThat(view.units(NEXT).users().size()).isCloseTo(USERS / 4, within(300));
    assertEstimate(view.units(NEXT).userCount(), USERS);
  }

  private static void assertEstimate(UnitCount count, long truth) {
    assertThat(count.isEstimate()).isTrue();
    assertThat(count.units()).isCloseTo(truth, within(truth / 20));
  }

  @Test
  void thinning_leakOverGenerations_isInNeither() {
    MergedView view = new MergedView();
    long unit = kept(new Thinning(1, 1));
    flush(view, builder -> builder.exposure(NEW, unit, Events.NOW));
    assertThat(view.units(NEW).exposedCount()).isEqualTo(new UnitCount(1, false));
    view.thin(view.nextGeneration());
    flush(view, builder -> builder.exposure(OLD, unit, Events.NOW));
    assertThat(view.units(NEW).leaked().size()).isEqualTo(1);
    assertThat(view.units(OLD).users().isEmpty()).isTrue();
    assertThat(view.nextGeneration().sizes()).containsOnlyKeys(keysOf(NEW));
  }

  private static CellKey[] keysOf(Place place) {
    return new CellKey[] {CellKey.exposures(place), CellKey.outcomes(place)};
  }

  private static long kept(Thinning thinning) {
    long unit = 1;
    while (!thinning.keeps(unit)) {
      unit++;
    }
    return unit;
  }

  /**
   * A replica that starts reads the newest sizes, then bases and deltas of all generations in any
   * order: it ends where the one that lived through them is.
   */
  @Test
  void thinning_loadedFromStore_isTheSame() {
    MergedView live = new MergedView();
    List<byte[]> stored = new ArrayList<>();
    byte[] sizes = {};
    for (int flush = 0; flush < 60; flush++) {
      if (flush % 20 == 19) {
        sizes = live.nextGeneration().encode();
        live.thin(FrozenSizes.decode(sizes));
      }
      DeltaBuilder builder = new DeltaBuilder(live);
      new Events(random).some(200).forEach(event -> event.accept(builder));
      stored.add(DeltaCodec.encode(builder.build()));
      live.apply(DeltaCodec.decode(stored.getLast()));
    }
    for (int round = 0; round < 10; round++) {
      Delta base =
          RandomTrees.merged(
              stored.subList(0, 50),
              random,
              Delta::new,
              (into, bytes) -> into.merge(DeltaCodec.decode(bytes)),
              Delta::merge);
      MergedView loaded = new MergedView(FrozenSizes.decode(sizes));
      stored.subList(50, 60).forEach(bytes -> loaded.apply(DeltaCodec.decode(bytes)));
      loaded.apply(DeltaCodec.decode(DeltaCodec.encode(base)));
      assertThat(bytes(loaded)).isEqualTo(bytes(live));
      for (CellKey key : live.keys()) {
        assertThat(loaded.units(key.place()).userCount())
            .isEqualTo(live.units(key.place()).userCount());
        assertThat(loaded.units(key.place()).exposedCount())
            .isEqualTo(live.units(key.place()).exposedCount());
        assertThat(loaded.units(key.place()).eventCount(key))
            .isEqualTo(live.units(key.place()).eventCount(key));
      }
    }
    assertThat(live.thinning()).isEqualTo(new Thinning(3, 3));
  }

  @Test
  void view_deltaOfALaterGeneration_isRefused() {
    MergedView view = new MergedView();
    Delta delta = new Delta(new Thinning(1, 1));
    assertThatThrownBy(() -> view.apply(delta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("generation: 1 (expected: at most 0, or thinned first)");
  }

  @Test
  void frozenSizes_ofOtherBytes_areRefused() {
    MergedView view = new MergedView();
    view.thin(view.nextGeneration());
    Delta withSets = built(view, List.of(exposures(NEW, 0, 100)));
    for (Delta bad : List.of(new Delta(), withSets)) {
      byte[] bytes = DeltaCodec.encode(bad);
      assertThatThrownBy(() -> FrozenSizes.decode(bytes))
          .isInstanceOf(UnreadableDeltaException.class)
          .hasMessageContaining("frozen sizes");
    }
    assertThatThrownBy(() -> new FrozenSizes(Thinning.NONE, Map.of(ERROR, 1L)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @SafeVarargs
  private static void flush(MergedView view, Consumer<DeltaBuilder>... events) {
    DeltaBuilder builder = new DeltaBuilder(view);
    for (Consumer<DeltaBuilder> some : events) {
      some.accept(builder);
    }
    view.apply(DeltaCodec.decode(DeltaCodec.encode(builder.build())));
  }

  private static Delta built(MergedView view, List<Consumer<DeltaBuilder>> events) {
    DeltaBuilder builder = new DeltaBuilder(view);
    events.forEach(event -> event.accept(builder));
    return builder.build();
  }

  private static Consumer<DeltaBuilder> exposures(Place place, int from, int until) {
    return builder -> {
      for (int i = from; i < until; i++) {
        builder.exposure(place, Events.unit(i), Events.NOW);
      }
    };
  }

  private static Consumer<DeltaBuilder> marks(Place place, int from, int until) {
    return builder -> {
      for (int i = from; i < until; i++) {
        builder.mark(place, Events.unit(i));
      }
    };
  }

  private static Consumer<DeltaBuilder> events(int from, int until) {
    return builder -> {
      for (int i = from; i < until; i++) {
        builder.event(ERROR, Events.unit(i));
      }
    };
  }

  private static byte[] bytes(MergedView view) {
    return DeltaCodec.encode(view.toDelta());
  }
}
