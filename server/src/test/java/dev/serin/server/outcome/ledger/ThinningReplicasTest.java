package dev.serin.server.outcome.ledger;

import static dev.serin.server.outcome.ledger.UnitReplica.NEW;
import static dev.serin.server.outcome.ledger.UnitReplica.NEXT;
import static dev.serin.server.outcome.ledger.UnitReplica.OLD;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.store.Database;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several replicas that thin. Rows are those of docs/outcomes.md. */
class ThinningReplicasTest {
  private static final int MAX = 1_000;
  private static final Thinning FIRST = new Thinning(1, 1);

  private final RandomGenerator random = new SplittableRandom(20_261_130);
  private String url;
  private Database database;
  private UnitReplica one;
  private UnitReplica two;

  @BeforeEach
  void open() {
    url = PostgresServer.shared().freshDatabase();
    database = Database.open(new StoreConfig.Postgres(url, "", ""), TransactionObserver.NONE);
    one = started();
    two = started();
  }

  private UnitReplica started() {
    return UnitReplica.started(database, random, MAX);
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** T1: the row of the first holds, for the second too. */
  @Test
  void thinning_byTwoAtOnce_isOneGeneration() {
    one.expose(NEW, 0, 800).flush();
    two.expose(OLD, 800, 1_500).flush();
    one.follow();
    two.follow();
    // What the second has and the first had not seen: two frozen sizes, if both were written.
    two.expose(NEW, 800, 900).flush();

    one.thinBlindly();
    two.thinBlindly();

    assertThat(rows()).isEqualTo(1);
    one.follow();
    for (UnitReplica replica : new UnitReplica[] {one, two, started()}) {
      assertThat(replica.thinning()).isEqualTo(FIRST);
      assertThat(replica.exposed(NEW)).isEqualTo(new UnitCount(800, true));
      assertThat(replica.known()).isEqualTo(one.known());
    }
  }

  /** T3: the row is durable, whoever wrote it is gone. */
  @Test
  void thinning_writerDiesBeforeItThins_isDoneByAllOthers() {
    one.expose(NEW, 0, 1_500).flush();
    two.follow();
    insertRowOf(one);

    two.follow();

    assertThat(two.thinning()).isEqualTo(FIRST);
    assertThat(two.view().unitCount()).isCloseTo(750, within(100));
    assertThat(started().known()).isEqualTo(two.known());
  }

  /** Writes the row that a replica would write, as if it died then. */
  private void insertRowOf(UnitReplica replica) {
    ThinningRow row = requireNonNull(replica.exceeded());
    database.execute(
        Priority.CATALOG,
        handle ->
            assertThat(new ThinningRows(database.dialect()).insert(handle, replica.id(), row))
                .isTrue());
  }

  /** T5: of what it counts under the older generation, nothing is evidence, for anybody. */
  @Test
  void flush_underAnOlderGeneration_isSeenBefore() {
    one.expose(NEW, 0, 1_500).flush();
    one.thinIfNeeded();
    two.expose(NEW, 5_000, 5_400).flush();
    assertThat(two.thinning()).isEqualTo(Thinning.NONE);

    one.follow();
    two.follow();
    // Again, by one who knows the generation: they were seen before.
    one.expose(NEW, 5_000, 5_400).flush();
    two.follow();

    for (UnitReplica replica : new UnitReplica[] {one, two, started()}) {
      assertThat(replica.exposed(NEW)).isEqualTo(new UnitCount(1_500, true));
      assertThat(replica.view().units(NEW).users().isEmpty()).isTrue();
      assertThat(replica.known()).isEqualTo(one.known());
    }
    // Sums are whole.
    assertThat(one.exposures(NEW)).isEqualTo(1_500 + 400 + 400);
  }

  /** T6: gathered before, committed afterwards; in doubt too, it stays what it was. */
  @Test
  void flush_underWayWhileItsReplicaThins_isOfTheOlderGeneration() throws IOException {
    try (LossyProxy proxy = new LossyProxy(url);
        Database lossy =
            Database.open(
                new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""), TransactionObserver.NONE)) {
      UnitReplica unlucky = UnitReplica.started(lossy, random, MAX);
      one.expose(NEW, 0, 1_500).flush();
      proxy.loseCommit("INSERT INTO outcome_delta");
      unlucky.expose(OLD, 2_000, 2_300).flush();
      assertThat(unlucky.flushNumber()).isZero();
      one.thinIfNeeded();

      unlucky.follow();
      assertThat(unlucky.thinning()).isEqualTo(FIRST);
      unlucky.turn(Duration.ofSeconds(3));

      assertThat(proxy.hasLost()).isTrue();
      assertThat(unlucky.flushNumber()).isEqualTo(1);
      one.follow();
      unlucky.follow();
      assertThat(unlucky.view().units(OLD).users().isEmpty()).isTrue();
      assertThat(unlucky.known()).isEqualTo(one.known()).isEqualTo(started().known());
    }
  }

  /** T4: the answer is lost; what the store has holds. */
  @Test
  void thinning_commitOfTheRowNotAnswered_isFoundInTheStore() throws IOException {
    for (boolean isDone : new boolean[] {true, false}) {
      int before = one.thinning().generation();
      try (LossyProxy proxy = new LossyProxy(url);
          Database lossy =
              Database.open(
                  new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""), TransactionObserver.NONE)) {
        UnitReplica unlucky = UnitReplica.started(lossy, random, MAX);
        unlucky.expose(NEW, before * 10_000L, before * 10_000L + 4_000).flush();
        if (isDone) {
          proxy.loseAnswer("INSERT INTO outcome_thinning");
        } else {
          proxy.loseCommit("INSERT INTO outcome_thinning");
        }

        assertThatThrownBy(unlucky::thinIfNeeded).isInstanceOf(RuntimeException.class);

        assertThat(proxy.hasLost()).isTrue();
        assertThat(unlucky.thinning().generation()).isEqualTo(isDone ? before + 1 : before);
        unlucky.thinIfNeeded();
        one.follow();
        assertThat(unlucky.thinning().generation()).isGreaterThan(before);
        assertThat(unlucky.known()).isEqualTo(one.known()).isEqualTo(started().known());
      }
    }
  }

  /** T7: generation and flush numbers are read as one state. */
  @Test
  void follow_deltaOfANewerGeneration_thinsFirst() {
    one.expose(NEW, 0, 1_500).flush();
    two.follow();
    one.thinIfNeeded();
    one.expose(NEXT, 0, 3_000).flush();
    one.thinIfNeeded();
    one.expose(NEXT, 3_000, 3_600).flush();

    two.follow();

    // T13: two generations at once.
    assertThat(two.thinning()).isEqualTo(new Thinning(2, 2));
    assertThat(two.known()).isEqualTo(one.known()).isEqualTo(started().known());
    assertThat(two.exposed(NEXT).units()).isCloseTo(3_600, within(300L));
  }

  /** T8: what a replica counts before it has loaded is of the generation that holds. */
  @Test
  void start_beforeItHasLoaded_flushesUnderTheGenerationThatHolds() {
    one.expose(NEW, 0, 1_500).flush();
    one.thinIfNeeded();
    UnitReplica fresh = new UnitReplica(database, random, MAX);
    fresh.turn(Duration.ZERO);
    fresh.expose(NEXT, 0, 600).flush();
    assertThat(fresh.flushNumber()).isEqualTo(1);
    assertThat(fresh.thinning()).isEqualTo(FIRST);

    fresh.follow();
    one.follow();

    assertThat(fresh.known()).isEqualTo(one.known());
    assertThat(fresh.view().units(NEXT).users().size()).isCloseTo(300, within(50));
  }

  /** T8, T9: away for so long that it loads all anew, over a change of generation. */
  @Test
  void load_anew_readsTheGenerationWithTheRest() {
    two.expose(OLD, 0, 300).flush();
    one.expose(NEW, 0, 1_500).flush();
    one.thinIfNeeded();
    one.expose(NEXT, 0, 500).flush();
    two.pass(Duration.ofMinutes(31));
    two.turn(Duration.ZERO);

    two.follow();
    one.follow();

    assertThat(two.loads()).isEqualTo(1);
    assertThat(two.thinning()).isEqualTo(FIRST);
    assertThat(two.known()).isEqualTo(one.known());
  }

  /** T10: bases of deltas of several generations, merged by whoever knows which of them. */
  @Test
  void fold_ofSeveralGenerations_changesNothing() {
    two.expose(OLD, 0, 700).flush();
    one.expose(NEW, 0, 900).flush();
    one.thinIfNeeded();
    one.expose(NEXT, 0, 700).flush();
    one.fold();
    two.fold();
    // Two has not seen the row, and folds what it has.
    two.pass(Duration.ofSeconds(31));
    two.fold();
    one.pass(Duration.ofSeconds(31));
    one.fold();
    List<BaseRow> bases = database.read(handle -> new BaseRows(database.dialect()).current(handle));
    assertThat(bases).hasSize(2);

    one.follow();
    two.follow();

    assertThat(started().known()).isEqualTo(one.known()).isEqualTo(two.known());
  }

  /** T11: it comes too late; of its sizes nothing is taken. */
  @Test
  void thinning_byOneThatWasFrozen_matchesNothing() {
    one.expose(NEW, 0, 1_500).flush();
    two.follow();
    two.expose(NEW, 1_500, 1_600).flush();
    insertRowOf(one);
    one.thinBlindly();
    ThinningRow stale = new ThinningRow(1, 1, new byte[] {1});

    boolean isFirst =
        database.write(
            Priority.CATALOG,
            handle -> new ThinningRows(database.dialect()).insert(handle, two.id(), stale));
    assertThat(isFirst).isFalse();
    boolean isGap =
        database.write(
            Priority.CATALOG,
            handle ->
                new ThinningRows(database.dialect())
                    .insert(handle, two.id(), new ThinningRow(3, 3, new byte[] {1})));
    assertThat(isGap).isFalse();

    two.thinBlindly();
    one.follow();
    assertThat(rows()).isEqualTo(1);
    assertThat(two.known()).isEqualTo(one.known());
  }

  /** T11: retired while it was frozen. */
  @Test
  void thinning_byOneThatWasRetired_writesNothing() {
    one.expose(NEW, 0, 1_500).flush();
    database.execute(
        Priority.FLUSH,
        handle ->
            handle.execute("UPDATE outcome_replica SET state = 2 WHERE incarnation = ?", one.id()));

    one.thinBlindly();

    assertThat(rows()).isZero();
    two.follow();
    two.thinIfNeeded();
    assertThat(two.thinning()).isEqualTo(FIRST);
  }

  /** T12: what the dead one had flushed under the older generation is folded with the rest. */
  @Test
  void retire_ofOneWithAnOlderGeneration_changesNothing() {
    one.expose(NEW, 0, 1_500).flush();
    one.thinIfNeeded();
    two.expose(OLD, 3_000, 3_500).flush();
    one.follow();
    String known = one.known();
    two.fallSilent();

    for (int second = 0; second < 12; second++) {
      one.turn(Duration.ofSeconds(1));
    }

    two.turn(Duration.ofSeconds(1));
    assertThat(two.state()).isEqualTo(LedgerState.RETIRED);
    assertThat(started().known()).isEqualTo(known);
  }

  private long rows() {
    return database.read(
        handle ->
            handle.createQuery("SELECT count(*) FROM outcome_thinning").mapTo(Long.class).one());
  }
}
