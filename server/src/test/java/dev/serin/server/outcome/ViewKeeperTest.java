package dev.serin.server.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.catalog.PeriodEnds;
import dev.serin.server.catalog.RunEnds;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.Delta;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.Arm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewKeeperTest {
  private static final long ENDED = 1_760_000_000_000L;
  private static final Duration RETENTION = Duration.ofDays(30);
  private static final Place PAST = place("", 4, "main");
  private static final Place CURRENT = place("", 9, "main");
  private static final int UNITS = 2_000;

  @TempDir Path directory;
  private final AtomicLong nowMillis = new AtomicLong(ENDED);
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
  private final IngestPool pool = new IngestPool(0, ViewKeeperTest::judge);
  private Database database;
  private Aggregator aggregator;
  private ViewKeeper keeper;
  private PlaceRetention retention;

  @BeforeEach
  void open() {
    database =
        Database.open(
            new StoreConfig.Sqlite(directory.resolve("serin.db")), TransactionObserver.NONE);
    beganPeriods(4, 9);
    aggregator =
        new Aggregator(
            new IngestRoom(IngestRoom.BYTES_MAX, pool), new OutcomeMeters(), new Exposures(clock));
    retention =
        new PlaceRetention(
            namespace -> PeriodEnds.read(database, namespace),
            namespace -> RunEnds.read(database, namespace),
            RETENTION,
            clock);
    keeper = new ViewKeeper(aggregator, UNITS, retention);
  }

  private static Judge judge() {
    throw new IllegalStateException("judge (expected: none, nothing is judged)");
  }

  @AfterEach
  void close() {
    aggregator.close();
    pool.close();
    database.close();
  }

  /** Changes that began periods of the split: the second ended the first. */
  private void beganPeriods(long... revisions) {
    database.execute(
        Priority.CATALOG,
        handle -> {
          for (long revision : revisions) {
            handle.execute(
                "INSERT INTO change_set (apply_id, namespace, revision, actor, reason, source,"
                    + " time) VALUES (?, 'default', ?, 'ann', 'test', 1, ?)",
                revision,
                revision,
                ENDED - 9 + revision);
            handle.execute(
                "INSERT INTO split_period (apply_id, seq, feature, split, unit, variants)"
                    + " VALUES (?, 0, 'checkout', 'main', 'user_key', 'old new')",
                revision);
          }
        });
  }

  private static Place place(String run, long period, String split) {
    return new Place(
        "default",
        "checkout",
        split,
        run,
        period,
        run.isEmpty() ? 0 : 1,
        run.isEmpty() ? Arm.ARM_SPLIT : Arm.ARM_TREATMENT,
        "new",
        false,
        "user_key");
  }

  private static byte[] delta(MergedView view, Place place, int from, int until) {
    DeltaBuilder builder = new DeltaBuilder(view);
    for (int unit = from; unit < until; unit++) {
      builder.exposure(place, hash(unit), ENDED);
    }
    return DeltaCodec.encode(builder.build());
  }

  private static long hash(int unit) {
    return (unit + 1) * 0x9e3779b97f4a7c15L;
  }

  private static byte[] all(Aggregator aggregator) {
    return aggregator.look(view -> DeltaCodec.encode(view.toDelta()));
  }

  private UnitCount exposed(Place place) {
    return aggregator.look(view -> view.units(place).exposedCount());
  }

  @Test
  void keeper_moreUnitsThanItMayHold_asksForTheNextGeneration() {
    keeper.apply(List.of(delta(new MergedView(), CURRENT, 0, UNITS)));
    assertThat(keeper.exceeded()).isNull();
    keeper.apply(List.of(delta(new MergedView(), CURRENT, 0, UNITS + 1)));
    assertThat(keeper.exceeded()).isNotNull();
    assertThat(exposed(CURRENT)).isEqualTo(new UnitCount(UNITS + 1, false));

    byte[] sizes = aggregator.look(view -> view.nextGeneration().encode());
    keeper.thin(sizes);
    keeper.thin(sizes);

    assertThat(keeper.exceeded()).isNull();
    assertThat(exposed(CURRENT)).isEqualTo(new UnitCount(UNITS + 1, true));
    assertThat(keeper.shape().level()).isEqualTo(1);
    assertThat(keeper.shape().units()).isCloseTo(UNITS / 2, within(150));
    assertThat(keeper.shape().bytes()).isBetween(8_000L, 200_000L);
  }

  @Test
  void keeper_atTheLastLevel_asksForNoMore() {
    for (int level = 0; level < Thinning.MAX_LEVEL; level++) {
      keeper.thin(aggregator.look(view -> view.nextGeneration().encode()));
    }
    keeper = new ViewKeeper(aggregator, -1, retention);

    assertThat(keeper.exceeded()).isNull();
  }

  @Test
  void merge_ofOlderGenerations_thinsToTheOneThatHolds() {
    byte[] before = delta(new MergedView(), CURRENT, 0, UNITS);
    assertThat(keeper.merge(List.of(before))).isEqualTo(before);
    keeper.apply(List.of(before));
    byte[] sizes = aggregator.look(view -> view.nextGeneration().encode());
    keeper.thin(sizes);

    Delta merged = DeltaCodec.decode(keeper.merge(List.of(before)));

    assertThat(merged.thinning()).isEqualTo(new Thinning(1, 1));
    assertThat(merged.unitCount()).isCloseTo(UNITS / 2, within(150));
    // Loaded by another: the same.
    Aggregator other =
        new Aggregator(new IngestRoom(1, pool), new OutcomeMeters(), new Exposures(clock));
    new ViewKeeper(other, UNITS, retention).replace(sizes, List.of(DeltaCodec.encode(merged)));
    assertThat(all(other)).isEqualTo(all(aggregator));
    other.close();
  }

  /** T6: the aggregator gathered it before its view was thinned, and hears of it afterwards. */
  @Test
  void flush_underWayWhileTheViewIsThinned_isOfTheOlderGeneration() {
    TestSnapshots snapshots = new TestSnapshots();
    snapshots.put("default", 7, TestSnapshots.CHECKOUT);
    PlaceHandle place = snapshots.place(snapshots.token("checkout", Arm.ARM_SPLIT, "new"));
    byte[] before = delta(new MergedView(), place.place(), 0, UNITS + 1);
    keeper.apply(List.of(before));
    expose(place, UNITS + 1, UNITS + 300);
    assertThat(aggregator.prepare()).isNotNull();

    byte[] sizes = aggregator.look(view -> view.nextGeneration().encode());
    keeper.thin(sizes);
    aggregator.committed();

    // They are in no frozen size, and no evidence.
    assertThat(exposed(place.place())).isEqualTo(new UnitCount(UNITS + 1, true));
    assertThat(since(place)).isZero();
    // Nor are they when they come again under the new one; others are.
    expose(place, UNITS + 1, UNITS + 1_300);
    assertThat(aggregator.prepare()).isNotNull();
    aggregator.committed();
    assertThat(since(place)).isCloseTo(1_000 / 2, within(100));
  }

  /** How many units are known that were first seen under the generation that holds. */
  private int since(PlaceHandle place) {
    return aggregator.look(view -> view.units(place.place()).users().size());
  }

  /** A message that exposes units, judged and in line. */
  private void expose(PlaceHandle place, int from, int until) {
    OutcomeLog log = new OutcomeLog(1, 1);
    for (int unit = from; unit < until; unit++) {
      log.exposure(place, hash(unit), ENDED);
    }
    aggregator.add(new PendingLog(log, new Told(), null, 1, 0, Reporter.NO_WATERMARK));
  }

  /** Thinning a large view takes seconds, in which its replica has to say that it lives. */
  @Test
  void prepare_whileTheViewIsBusy_isAskedForAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    aggregator.asks(asked::incrementAndGet);
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    CompletableFuture<Void> change =
        CompletableFuture.runAsync(
            () ->
                aggregator.change(
                    view -> {
                      busy.countDown();
                      await(free);
                    }));
    await(busy);

    assertThat(aggregator.prepare()).isNull();
    assertThat(asked).hasValue(1);

    free.countDown();
    change.get();
    assertThat(aggregator.prepare()).isNull();
    assertThat(asked).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** E1. */
  @Test
  void expire_periodThatEndedLongAgo_keepsItsSums() {
    keeper.apply(
        List.of(delta(new MergedView(), PAST, 0, 500), delta(new MergedView(), CURRENT, 400, 700)));
    nowMillis.set(ENDED + RETENTION.toMillis() - 1);
    assertThat(keeper.expire()).isFalse();
    assertThat(exposed(PAST)).isEqualTo(new UnitCount(500, false));
    byte[] late = delta(new MergedView(), PAST, 0, 10);

    nowMillis.incrementAndGet();
    assertThat(keeper.expire()).isTrue();

    assertThat(exposed(PAST)).isEqualTo(new UnitCount(0, false));
    assertThat(exposed(CURRENT)).isEqualTo(new UnitCount(300, false));
    int units = aggregator.look(MergedView::unitCount);
    assertThat(units).isEqualTo(300);
    long exposures =
        aggregator.look(view -> view.cell(CellKey.exposures(PAST)).orElseThrow().count());
    assertThat(exposures).isEqualTo(500);
    Delta merged = DeltaCodec.decode(keeper.merge(List.of(late)));
    assertThat(merged.unitCount()).isZero();
    assertThat(keeper.expire()).isFalse();
  }

  @Test
  void expired_placesWithoutAnEnd_areKept() {
    nowMillis.set(ENDED + 10 * RETENTION.toMillis());
    Predicate<Place> expired = retention.expired(Set.of("default"));

    assertThat(expired).accepts(PAST, place("", 0, "main")).rejects(CURRENT);
    assertThat(expired).rejects(place("", 0, ""), place("r-1", 0, "main"), place("", 4, "other"));
    assertThat(retention.expired(Set.of())).rejects(PAST);
  }

  @Test
  void expired_runThatEndedLongAgo_isExpired() {
    serves(11, "r-1", 1);
    serves(12, "r-1", 0);
    serves(13, "r-2", 1);
    nowMillis.set(ENDED + 3 + RETENTION.toMillis());

    assertThat(retention.expired(Set.of("default")))
        .accepts(place("r-1", 0, "main"))
        .rejects(place("r-2", 0, "main"), place("r-3", 0, "main"));

    nowMillis.decrementAndGet();
    assertThat(retention.expired(Set.of("default"))).rejects(place("r-1", 0, "main"));
  }

  private void serves(long revision, String run, int active) {
    database.execute(
        Priority.ROLLOUT,
        handle -> {
          handle.execute(
              "INSERT INTO change_set (apply_id, namespace, revision, actor, reason, source,"
                  + " time) VALUES (?, 'default', ?, 'ann', 'test', 1, ?)",
              revision,
              revision,
              ENDED - 9 + revision);
          handle.execute(
              "INSERT INTO served_run (apply_id, namespace, feature, split, run, serving, active,"
                  + " stage, treatment, control, share_parts, share_of, keep_bucketing)"
                  + " VALUES (?, 'default', 'checkout', 'main', ?, 'COMPLETED', ?, 1, 'new',"
                  + " 'old', 1, 1, 0)",
              revision,
              run,
              active);
        });
  }
}
