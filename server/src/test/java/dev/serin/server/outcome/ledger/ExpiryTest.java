package dev.serin.server.outcome.ledger;

import static dev.serin.server.outcome.ledger.UnitReplica.NEW;
import static dev.serin.server.outcome.ledger.UnitReplica.NEXT;
import static dev.serin.server.outcome.ledger.UnitReplica.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What ended long ago leaves the store too, on both stores. Rows are those of docs/outcomes.md. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ExpiryTest {
  private static final int MANY = 100_000;

  private final TestStore store;
  @TempDir Path directory;
  private final RandomGenerator random = new SplittableRandom(20_261_131);
  private Database database;
  private UnitReplica replica;

  ExpiryTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    database = Database.open(store.fresh(directory), TransactionObserver.NONE);
    replica = UnitReplica.started(database, random, MANY);
    replica.fold();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** E1, E2: bases are merged anew, and what comes to be folded later is without it. */
  @Test
  void expire_ofBasesAndDeltas_keepsSumsAndForgetsUnits() {
    replica.expose(NEW, 0, 3_000).fail(0, 500).flush();
    replica.pass(Duration.ofSeconds(31));
    replica.fold();
    replica.expose(NEXT, 2_900, 3_500).expose(OLD, 5_000, 6_000).flush();
    long before = storedBytes();

    replica.ended(place -> place.period() == 1);

    assertThat(replica.view().unitCount()).isEqualTo(600);
    assertThat(replica.exposures(NEW)).isEqualTo(3_000);
    assertThat(replica.exposed(NEW)).isEqualTo(new UnitCount(0, false));
    assertThat(replica.exposed(NEXT)).isEqualTo(new UnitCount(600, false));
    replica.pass(Duration.ofSeconds(31));
    replica.fold();
    replica.pass(Duration.ofSeconds(61));
    replica.fold();
    assertThat(storedBytes()).isLessThan(before / 3);
    assertThat(fresh().known()).isEqualTo(replica.known());
  }

  /** E3: it ends while the server runs, and everything is in bases already. */
  @Test
  void expire_anHourLater_mergesBasesAnewOnce() {
    replica.expose(NEW, 0, 3_000).flush();
    replica.ended(place -> false);
    replica.pass(Duration.ofSeconds(31));
    replica.fold();
    long before = storedBytes();

    replica.pass(Duration.ofMinutes(59));
    replica.ended(place -> place.period() == 1);
    assertThat(storedBytes()).isEqualTo(before);
    replica.pass(Duration.ofMinutes(1));
    replica.ended(place -> place.period() == 1);

    replica.fold();
    long after = storedBytes();
    assertThat(after).isLessThan(before / 3);
    long base = base();
    replica.pass(Duration.ofHours(1));
    replica.ended(place -> place.period() == 1);
    replica.fold();
    assertThat(base()).isEqualTo(base);
    assertThat(fresh().known()).isEqualTo(replica.known());
  }

  /** T10: bases of before are thinned as well. */
  @Test
  void thinning_ofBases_leavesHalf() {
    UnitReplica bounded = started(1_000);
    bounded.expose(NEW, 0, 4_000).flush();
    bounded.fold();
    bounded.ended(place -> false);
    bounded.pass(Duration.ofSeconds(31));
    bounded.fold();
    long before = storedBytes();

    bounded.thinIfNeeded();
    bounded.pass(Duration.ofHours(1));
    bounded.ended(place -> false);
    bounded.fold();

    assertThat(storedBytes()).isLessThan(before * 6 / 10);
    assertThat(fresh().known()).isEqualTo(bounded.known());
  }

  private UnitReplica started(int unitsMax) {
    return UnitReplica.started(database, random, unitsMax);
  }

  /** As whoever starts now finds it; the store has no other replica afterwards. */
  private UnitReplica fresh() {
    UnitReplica fresh = started(MANY);
    // Until an hour of its own has passed, it drops what it has loaded of what had ended.
    fresh.ended(replica.isEnded());
    return fresh;
  }

  private long base() {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT MAX(base) FROM outcome_base WHERE is_current = 1")
                .mapTo(Long.class)
                .one());
  }

  private long storedBytes() {
    String length = database.dialect() == Dialect.SQLITE ? "length" : "octet_length";
    return database.read(
        handle ->
            handle
                .createQuery(
                    ("SELECT COALESCE((SELECT SUM(%1$s(body)) FROM outcome_base_part), 0)"
                            + " + COALESCE((SELECT SUM(%1$s(body)) FROM outcome_delta), 0)")
                        .formatted(length))
                .mapTo(Long.class)
                .one());
  }
}
