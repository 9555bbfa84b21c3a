package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import dev.serin.engine.Bucketing;
import dev.serin.engine.CompiledFeature;
import dev.serin.engine.Decision;
import dev.serin.engine.Snapshot;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.Arm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class ExposureRingTest {
  private static final long NOW = 1_700_000_000_000L;

  private final LongAdder dropped = new LongAdder();
  private final TestSnapshots snapshots = new TestSnapshots();
  private final List<ExposurePoint> points = points();

  /** Of the split: first the variant "old", then "new". */
  private List<ExposurePoint> points() {
    snapshots.put("default", 7, TestSnapshots.CHECKOUT);
    List<ExposurePoint> all = new ArrayList<>();
    for (Decision decision : feature("checkout").decisions()) {
      ExposurePoint point = ExposurePoint.of(decision);
      if (point != null) {
        all.add(point);
      }
    }
    all.sort((one, other) -> other.place().variant().compareTo(one.place().variant()));
    assertThat(all).extracting(point -> point.place().variant()).containsExactly("old", "new");
    return all;
  }

  private CompiledFeature feature(String key) {
    Snapshot snapshot = Objects.requireNonNull(snapshots.get("default"));
    return Objects.requireNonNull(snapshot.feature(key));
  }

  private static MergedView view(ExposureLog log) {
    MergedView view = new MergedView();
    DeltaBuilder builder = new DeltaBuilder(view);
    log.addTo(builder);
    view.apply(builder.build());
    return view;
  }

  private static long count(MergedView view, Place place) {
    return view.cell(CellKey.exposures(place)).map(cell -> cell.count()).orElse(0L);
  }

  @Test
  void point_ofEachDecision_isThePlaceItsTokenNames() {
    PlaceResolver resolver = new PlaceResolver(snapshots, new LiveRuns(snapshots));
    int arms = 0;
    for (String feature : List.of("checkout", "lottery", "plain")) {
      for (Decision decision : feature(feature).decisions()) {
        ExposurePoint point = ExposurePoint.of(decision);
        assertThat(point == null).isEqualTo(decision.arm() == Arm.ARM_NONE);
        if (point != null) {
          arms++;
          byte[] token = decision.token().getBytes(StandardCharsets.US_ASCII);
          PlaceHandle handle = (PlaceHandle) resolver.ofToken(token, 0, token.length, false);
          assertThat(point.place()).isEqualTo(handle.place());
          assertThat(point.keepsUnits()).isEqualTo(handle.keepsUnits());
        }
      }
    }
    assertThat(arms).isEqualTo(6);
  }

  @Test
  void ring_capacityThatIsNoPowerOfTwo_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExposureRing(12, dropped))
        .withMessage("capacity: 12 (expected: a power of two)");
  }

  @Test
  void ring_full_dropsAndCountsTheDropped() {
    ExposureRing ring = new ExposureRing(8, dropped);
    for (int i = 0; i < 11; i++) {
      ring.record(points.getFirst(), i);
    }
    assertThat(dropped.sum()).isEqualTo(3);

    ExposureLog log = new ExposureLog(NOW);
    ring.drainTo(log, 5);
    assertThat(log.size()).isEqualTo(5);
    assertThat(ring.isEmpty()).isFalse();

    // What was drained has given room back, and no more than that.
    for (int i = 0; i < 6; i++) {
      ring.record(points.getLast(), 100 + i);
    }
    assertThat(dropped.sum()).isEqualTo(4);
    ring.drainTo(log, Integer.MAX_VALUE);
    assertThat(ring.isEmpty()).isTrue();
    assertThat(log.size()).isEqualTo(13);
    MergedView view = view(log);
    assertThat(count(view, points.getFirst().place())).isEqualTo(8);
    assertThat(count(view, points.getLast().place())).isEqualTo(5);
    assertThat(view.units(points.getFirst().place()).exposed().size()).isEqualTo(8);
    assertThat(view.units(points.getLast().place()).exposed().size()).isEqualTo(5);
  }

  /**
   * One records as fast as it can, the other drains as fast as it can, in a ring so small that both
   * meet all the time: what is drained and what is dropped are together what was recorded, each
   * unit with the point it was recorded with, and none twice.
   */
  @Test
  void ring_twoThreads_loseAndInventNothing() throws Exception {
    int records = 4_000_000;
    ExposureRing ring = new ExposureRing(64, dropped);
    CountDownLatch done = new CountDownLatch(1);
    Thread recording =
        new Thread(
            () -> {
              for (int i = 0; i < records; i++) {
                ring.record(points.get(i & 1), i);
              }
              done.countDown();
            });
    recording.start();

    long drained = 0;
    long lastEven = -2;
    long lastOdd = -1;
    List<List<Long>> units = List.of(new ArrayList<>(), new ArrayList<>());
    boolean last = false;
    while (!last) {
      // Before the last look: what was recorded until then is seen.
      last = done.getCount() == 0;
      ExposureLog log = new ExposureLog(NOW);
      ring.drainTo(log, Integer.MAX_VALUE);
      drained += log.size();
      for (RecordWalk walk = log.walk(); walk.next(); ) {
        units.get(walk.place().equals(points.getFirst().place()) ? 0 : 1).add(walk.unit());
      }
      for (long even : units.getFirst()) {
        assertThat(even % 2 == 0 && even > lastEven).isTrue();
        lastEven = even;
      }
      for (long odd : units.getLast()) {
        assertThat(odd % 2 == 1 && odd > lastOdd).isTrue();
        lastOdd = odd;
      }
      units.forEach(List::clear);
    }
    recording.join();
    assertThat(ring.isEmpty()).isTrue();
    assertThat(drained).isPositive();
    assertThat(drained + dropped.sum()).isEqualTo(records);
  }

  @Test
  void shared_severalThreads_loseNothing() throws Exception {
    Exposures exposures = new Exposures(() -> Instant.ofEpochMilli(NOW));
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int first = t * 10_000;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  exposures.shared().record(points.getFirst(), first + i);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    MergedView view = view(exposures.drain());

    Place place = points.getFirst().place();
    assertThat(count(view, place)).isEqualTo(40_000);
    assertThat(view.units(place).exposed().size()).isEqualTo(40_000);
  }

  @Test
  void drain_moreThanAFlushHolds_leavesTheRestAndNoRingOut() {
    Exposures exposures = new Exposures(() -> Instant.ofEpochMilli(NOW));
    List<ExposureRecorder> recorders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      recorders.add(exposures.ofThread());
    }
    recorders.forEach(recorder -> fill(recorder, points.getFirst()));

    ExposureLog one = exposures.drain();
    assertThat(one.size()).isEqualTo(Exposures.FLUSH_MAX);
    assertThat(exposures.areDrained()).isFalse();
    exposures.committed(one);
    assertThat(exposures.areSettled()).isFalse();
    ExposureLog two = exposures.drain();
    assertThat(two.size()).isEqualTo(3 * ExposureRing.CAPACITY - Exposures.FLUSH_MAX);
    assertThat(exposures.areDrained()).isTrue();
    assertThat(exposures.areSettled()).isFalse();
    exposures.committed(two);
    assertThat(exposures.areSettled()).isTrue();
  }

  @Test
  void drain_ringsThatAreAlwaysFull_takeTurns() {
    Exposures exposures = new Exposures(() -> Instant.ofEpochMilli(NOW));
    ExposureRecorder one = exposures.ofThread();
    ExposureRecorder two = exposures.ofThread();
    ExposureRecorder third = exposures.ofThread();
    fill(third, points.getLast());

    int ofThird = 0;
    for (int flush = 0; flush < 3; flush++) {
      fill(one, points.getFirst());
      fill(two, points.getFirst());
      ExposureLog log = exposures.drain();
      RecordWalk walk = log.walk();
      while (walk.next()) {
        ofThird += walk.place().equals(points.getLast().place()) ? 1 : 0;
      }
      exposures.committed(log);
    }
    assertThat(ofThird).isEqualTo(ExposureRing.CAPACITY);
  }

  private static void fill(ExposureRecorder recorder, ExposurePoint point) {
    for (int i = 0; i < ExposureRing.CAPACITY; i++) {
      recorder.record(point, i);
    }
  }

  @Test
  void log_callsAsUnits_areCountedWithoutSets() {
    ExposurePoint win = null;
    for (Decision decision : feature("lottery").decisions()) {
      if (decision.arm() == Arm.ARM_SPLIT && decision.variant().equals("win")) {
        win = ExposurePoint.of(decision);
      }
    }
    ExposureLog log = new ExposureLog(NOW);
    log.add(Objects.requireNonNull(win), 0);
    log.add(win, 0);

    MergedView view = view(log);

    assertThat(count(view, win.place())).isEqualTo(2);
    assertThat(view.unitCount()).isZero();
    assertThat(view.chart(CellKey.exposures(win.place())).orElseThrow().tenSeconds())
        .singleElement()
        .satisfies(
            slot -> {
              assertThat(slot.count()).isEqualTo(2);
              assertThat(slot.startMillis()).isEqualTo(NOW);
            });
  }

  /** Each exposure once, as those who export it see it. */
  @Test
  void log_walked_givesWhatWasAdded() {
    ExposureLog log = new ExposureLog(NOW);
    assertThat(log.walk().next()).isFalse();
    for (int i = 0; i < 5; i++) {
      log.add(points.get(i % 2), i);
    }

    List<Long> units = new ArrayList<>();
    RecordWalk walk = log.walk();
    while (walk.next()) {
      assertThat(walk.isExposure()).isTrue();
      assertThat(walk.timeMillis()).isEqualTo(NOW);
      assertThat(walk.place()).isEqualTo(points.get((int) walk.unit() % 2).place());
      walk.values((metric, value) -> fail(metric));
      units.add(walk.unit());
    }
    assertThat(walk.next()).isFalse();
    assertThat(units).containsExactly(0L, 2L, 4L, 1L, 3L);
    assertThat(log.heldBytes()).isGreaterThan(5 * Long.BYTES);
  }

  @Test
  void log_sameUnitAgain_countsTwiceAndIsOneUnit() {
    ExposureLog log = new ExposureLog(NOW);
    for (int i = 0; i < 1_000; i++) {
      log.add(points.get(i % 2), Bucketing.hash("user-" + i % 100));
    }

    MergedView view = view(log);

    for (ExposurePoint point : points) {
      assertThat(count(view, point.place())).isEqualTo(500);
      assertThat(view.units(point.place()).exposed().size()).isEqualTo(50);
    }
  }
}
