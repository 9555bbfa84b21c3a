package dev.serin.server.outcome.ledger;

import static dev.serin.server.outcome.ledger.UnitReplica.NEW;
import static dev.serin.server.outcome.ledger.UnitReplica.NEXT;
import static dev.serin.server.outcome.ledger.UnitReplica.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.Bucketing;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories of replicas that count, thin, follow, fold, crash and load anew: in the end all
 * show the same, and what counts is what a recount by the rule says.
 */
class ThinningHistoriesTest {
  private static final int STEPS = 500;
  private static final int MAX = 600;
  private static final int UNITS = 6_000;
  private static final List<Place> PLACES = List.of(OLD, NEW, NEXT);

  @TempDir Path directory;

  private final List<UnitReplica> replicas = new ArrayList<>();
  private final List<UnitReplica.Flushed> flushed = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "SQLITE, 1",
    "SQLITE, 2",
    "SQLITE, 3",
    "POSTGRESQL, 1",
    "POSTGRESQL, 2",
    "POSTGRESQL, 3"
  })
  void history_ofThinningAndCrashes_isTheSameEverywhere(TestStore store, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (Database database = Database.open(store.fresh(directory), TransactionObserver.NONE)) {
      int most = database.dialect() == Dialect.SQLITE ? 1 : 3;
      while (replicas.size() < most) {
        replicas.add(UnitReplica.started(database, random, MAX));
      }
      for (int step = 0; step < STEPS; step++) {
        step(database, random);
      }
      for (UnitReplica replica : List.copyOf(replicas)) {
        replica.flush();
        if (replica.state().isEnded()) {
          end(replica);
        }
      }
      replicas.forEach(replica -> flushed.addAll(replica.flushed));
      replicas.add(UnitReplica.started(database, random, MAX));
      check();
    }
  }

  private void step(Database database, SplittableRandom random) {
    UnitReplica replica = replicas.get(random.nextInt(replicas.size()));
    // Over time ever more units come.
    long from = random.nextInt(UNITS);
    switch (random.nextInt(24)) {
      case 0 -> {
        end(replica);
        replicas.add(UnitReplica.started(database, random, MAX));
      }
      case 1 -> silence(database, replica);
      case 2, 3 -> replica.fold();
      // Longer than it may go without a look at the others.
      case 4 -> replica.pass(Duration.ofMinutes(random.nextInt(60)));
      case 5, 6, 7 -> replica.follow();
      case 8 -> replica.thinBlindly();
      case 9, 10 -> replica.thinIfNeeded();
      case 11, 12 -> replica.fail(from, from + random.nextInt(20));
      case 13, 14, 15, 16 -> replica.flush();
      default -> {
        Place place = PLACES.get(random.nextInt(PLACES.size()));
        replica.expose(place, from, from + random.nextInt(40));
      }
    }
  }

  private void end(UnitReplica replica) {
    flushed.addAll(replica.flushed);
    replicas.remove(replica);
  }

  /** Frozen for so long that another retires it; it goes on as if nothing had been. */
  private void silence(Database database, UnitReplica frozen) {
    if (replicas.size() == 1) {
      return;
    }
    frozen.fallSilent();
    UnitReplica other = replicas.get(replicas.get(0) == frozen ? 1 : 0);
    for (int second = 0; second < 12; second++) {
      other.turn(Duration.ofSeconds(1));
    }
    frozen.turn(Duration.ofSeconds(1));
    if (frozen.state().isEnded()) {
      end(frozen);
      replicas.add(UnitReplica.started(database, new SplittableRandom(frozen.id()), MAX));
    }
  }

  private void check() {
    replicas.forEach(UnitReplica::follow);
    UnitReplica any = replicas.getFirst();
    Thinning thinning = any.thinning();
    assertThat(thinning.generation()).isGreaterThan(1);
    for (UnitReplica replica : replicas) {
      assertThat(replica.known()).isEqualTo(any.known());
    }
    Map<UnitReplica.Given, Integer> firstSeen = new HashMap<>();
    Map<Place, Long> exposures = new HashMap<>();
    for (UnitReplica.Flushed flush : flushed) {
      for (UnitReplica.Given given : flush.given()) {
        firstSeen.merge(given, flush.generation(), Math::min);
        exposures.merge(given.place(), given.isError() ? 0L : 1L, Long::sum);
      }
    }
    for (Place place : PLACES) {
      assertThat(any.exposures(place)).isEqualTo(exposures.get(place));
      assertThat(any.byBucket(place, false))
          .isEqualTo(recounted(firstSeen, thinning, place, false))
          .anyMatch(count -> count > 0);
    }
    assertThat(any.byBucket(NEW, true)).isEqualTo(recounted(firstSeen, thinning, NEW, true));
  }

  /** What was first flushed under the generation that holds, is kept and no leak, counts. */
  private static List<Long> recounted(
      Map<UnitReplica.Given, Integer> firstSeen, Thinning thinning, Place place, boolean isError) {
    Long[] buckets = new Long[Bucketing.VARIANCE_BUCKETS];
    Arrays.fill(buckets, 0L);
    firstSeen.forEach(
        (given, generation) -> {
          if (given.place().equals(place)
              && given.isError() == isError
              && generation == thinning.generation()
              && thinning.keeps(given.unit())
              && !isLeak(firstSeen.keySet(), given)) {
            long draw = Bucketing.draw(given.unit(), place.bucketSaltHash());
            buckets[(int) Bucketing.bucket(draw, Bucketing.VARIANCE_BUCKETS)]++;
          }
        });
    return List.of(buckets);
  }

  /** Seen in both variants of the first period. */
  private static boolean isLeak(Set<UnitReplica.Given> all, UnitReplica.Given given) {
    return !given.place().equals(NEXT)
        && all.contains(new UnitReplica.Given(OLD, given.unit(), false))
        && (all.contains(new UnitReplica.Given(NEW, given.unit(), false))
            || all.contains(new UnitReplica.Given(NEW, given.unit(), true)));
  }
}
