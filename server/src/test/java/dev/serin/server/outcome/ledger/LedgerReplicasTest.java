package dev.serin.server.outcome.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several replicas over one store. Rows are those of docs/outcomes.md. */
class LedgerReplicasTest {
  private static final String SESSION = "6f1c2b5e-0000-4000-8000-000000000001";
  private static final String OTHER = "6f1c2b5e-0000-4000-8000-000000000002";
  private static final Duration FLUSH = Duration.ofMillis(100);

  private final RandomGenerator random = new SplittableRandom(3);
  private StoreConfig config;
  private Database database;
  private TestReplica one;
  private TestReplica two;

  @BeforeEach
  void open() {
    config = new StoreConfig.Postgres(PostgresServer.shared().freshDatabase(), "", "");
    database = Database.open(config, TransactionObserver.NONE);
    one = started();
    two = started();
  }

  private TestReplica started() {
    TestReplica replica = new TestReplica(database, random);
    replica.turn(Duration.ZERO);
    replica.follow();
    return replica;
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** O9, F16, R3. */
  @Test
  void session_takenOverElsewhere_fencesTheOlderAtItsFlush() {
    TestClaimant older = one.open(SESSION, 1);
    one.count(older, 1);
    TestClaimant kept = one.open(OTHER, 1);
    one.accept(older, 2);
    one.accept(kept, 1);

    TestClaimant newer = two.open(SESSION, 2);
    one.turn(FLUSH);

    assertThat(newer.committed()).isEqualTo(1);
    assertThat(older.isFenced()).isTrue();
    assertThat(kept.committed()).isEqualTo(1);
    two.count(newer, 2);
    assertThat(TestReplica.stored(database)).hasSize(3).containsValue(1);
  }

  /** What it took is gone from its memory: going on would count what came after it alone. */
  @Test
  void flush_thatCannotBeGathered_endsTheReplicaAndLosesNothing() {
    TestClaimant session = one.open(SESSION, 1);
    one.count(session, 1);
    one.accept(session, 2);
    one.fail();
    one.turn(FLUSH);

    assertThat(one.state()).isEqualTo(LedgerState.FAILED);
    assertThat(one.isDropped()).isTrue();
    TestClaimant next = two.open(SESSION, 2);
    assertThat(next.committed()).isEqualTo(1);
    two.count(next, 2);
    assertThat(TestReplica.stored(database)).hasSize(2).containsValue(1);
  }

  /** R5: neither the claims of others nor flushes wait for a session that a frozen one holds. */
  @Test
  void claim_ofSessionThatIsHeldElsewhere_isTriedAgainAndHoldsUpNobody() {
    one.count(one.open(SESSION, 1), 1);
    whileSessionsAreHeld(
        () -> {
          TestClaimant waiting = two.claim("producer", SESSION, 2, true);
          TestClaimant other = two.open(OTHER, 1);
          two.count(other, 1);
          two.turn(Duration.ofNanos(BusyClaims.LONGEST - BusyClaims.EVERY).minus(FLUSH));

          assertThat(other.committed()).isEqualTo(1);
          assertThat(waiting.isAnswered()).isFalse();
          two.turn(Duration.ofNanos(BusyClaims.EVERY));
          assertThat(waiting.refusal()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
          assertThat(two.untilNextTurn()).isGreaterThanOrEqualTo(FLUSH);
        });

    assertThat(two.open(SESSION, 3).committed()).isEqualTo(1);
  }

  /** The later of two unordered claims wins, although the first has waited for longer. */
  @Test
  void claims_ofSessionThatIsHeldElsewhere_keepTheirOrder() {
    one.count(one.open(SESSION, 1), 1);
    TestClaimant[] claims = new TestClaimant[2];
    whileSessionsAreHeld(() -> claims[0] = two.open(SESSION, 0));
    claims[1] = two.open(SESSION, 0);

    assertThat(claims[0].refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
    assertThat(claims[1].committed()).isEqualTo(1);
  }

  @Test
  void claim_ofSessionThatIsHeldElsewhere_isRefusedWhenTheReplicaEnds() {
    one.open(SESSION, 1);
    whileSessionsAreHeld(
        () -> {
          TestClaimant waiting = two.open(SESSION, 2);
          assertThat(waiting.isAnswered()).isFalse();

          two.leave();

          assertThat(waiting.refusal()).isEqualTo(ErrorReason.SHUTTING_DOWN);
        });
  }

  /** As a replica does that froze in the middle of a flush. */
  private void whileSessionsAreHeld(Runnable work) {
    try (Database frozen = Database.open(config, TransactionObserver.NONE)) {
      frozen.execute(
          Priority.FLUSH,
          handle -> {
            handle.execute("SELECT id FROM outcome_session FOR UPDATE");
            work.run();
          });
    }
  }

  /** O9: also where it has nothing to flush. */
  @Test
  void session_takenOverElsewhere_isFoundWithinSeconds() {
    TestClaimant older = one.open(SESSION, 1);
    TestClaimant kept = one.open(OTHER, 1);
    two.open(SESSION, 2);

    one.turn(Duration.ofSeconds(5));

    assertThat(older.isFenced()).isTrue();
    assertThat(kept.isFenced()).isFalse();
  }

  /** L1: each delta once, whoever asks how often. */
  @Test
  void follow_whatOthersCommit_isAddedOnce() {
    one.count(one.open(SESSION, 1), 1, 2);
    two.count(two.open(OTHER, 1), 1);

    one.follow();
    one.follow();
    two.follow();

    assertThat(one.view())
        .hasSize(3)
        .containsValue(1)
        .isEqualTo(two.view())
        .isEqualTo(TestReplica.stored(database));
  }

  /** Own flushes go on: what others flushed is missing. */
  @Test
  void viewAge_ofWhoDoesNotFollow_growsUntilItHasEverything() {
    TestClaimant other = two.open(OTHER, 1);
    one.count(one.open(SESSION, 1), 1);
    two.turn(Duration.ofSeconds(11));
    two.count(other, 1);
    assertThat(two.viewAgeMillis()).hasValue(11_100);

    two.follow();

    assertThat(two.viewAgeMillis()).hasValue(0);
    assertThat(two.view()).hasSize(2);
  }

  /** L5: what is gone before it was seen is missing until all is loaded anew. */
  @Test
  void viewAge_whereDeltasAreGone_countsFromTheLastGoodLook() {
    TestReplica three = started();
    TestClaimant claimant = one.open(SESSION, 1);
    two.slowDown(Duration.ofSeconds(90));
    removeUnseen(one, claimant, 1);
    two.follow();
    two.turn(Duration.ZERO);
    assertThat(two.viewAgeMillis()).as("since the load began").hasValue(90_000);

    removeUnseen(three, three.open(OTHER, 1), 1);
    two.turn(Duration.ofSeconds(5));
    two.follow();

    assertThat(two.loads()).isEqualTo(1);
    assertThat(two.viewAgeMillis()).hasValue(95_000);
  }

  /** L2, L5: folding and removal are not noticed by those who follow, nor by those who did not. */
  @Test
  void follow_foldedAndRemovedMeanwhile_endsWithTheSame() {
    TestReplica away = started();
    TestClaimant claimant = one.open(SESSION, 1);
    one.count(claimant, 1);
    two.follow();
    for (int i = 2; i < Folder.DELTAS + 10; i++) {
      one.count(claimant, i);
    }
    one.fold();
    two.follow();
    one.pass(Duration.ofSeconds(61));
    one.fold();
    away.count(away.open(OTHER, 1), 1);
    away.follow();
    two.follow();

    Map<String, Integer> all = TestReplica.stored(database);
    assertThat(all).hasSize(Folder.DELTAS + 10).containsValue(1);
    assertThat(two.view()).isEqualTo(all);
    assertThat(away.view()).isEqualTo(all);
  }

  /** L5: a load that takes longer than deltas are kept is no reason for the next one. */
  @Test
  void follow_afterLongLoad_goesOnWhereTheLoadBegan() {
    TestClaimant claimant = one.open(SESSION, 1);
    two.slowDown(Duration.ofSeconds(90));
    removeUnseen(one, claimant, 1);
    two.follow();
    assertThat(two.loads()).isEqualTo(1);

    one.count(claimant, 2);
    two.follow();
    two.pass(Duration.ofSeconds(90));
    two.follow();

    assertThat(two.loads()).isEqualTo(1);
    assertThat(two.view()).containsExactly(Map.entry(claimant.session().id() + "/2", 1));
  }

  /** L5, where deltas are removed faster than all can be loaded: flushes go on between loads. */
  @Test
  void follow_gapAfterLongLoad_restsAsLongAsTheLoadTook() {
    TestReplica three = started();
    TestClaimant claimant = one.open(SESSION, 1);
    two.slowDown(Duration.ofSeconds(90));
    removeUnseen(one, claimant, 1);
    two.follow();
    removeUnseen(one, claimant, 2);
    three.count(three.open(OTHER, 1), 1);
    two.follow();
    two.pass(Duration.ofSeconds(89));
    two.follow();

    assertThat(two.loads()).isEqualTo(1);
    assertThat(two.view()).as("of others").hasSize(1);

    two.pass(Duration.ofSeconds(1));
    two.follow();
    assertThat(two.loads()).isEqualTo(2);
    assertThat(two.view()).isEqualTo(TestReplica.stored(database));
  }

  /** Counts, and removes the delta that two has not seen, as if it had been folded long ago. */
  private void removeUnseen(TestReplica replica, TestClaimant claimant, long sequence) {
    replica.count(claimant, sequence);
    database.execute(
        Priority.FLUSH,
        handle -> {
          handle.execute("DELETE FROM outcome_delta WHERE incarnation = ?", replica.id());
          handle.execute(
              "UPDATE outcome_replica SET folded_number = flush_number WHERE incarnation = ?",
              replica.id());
        });
  }

  /** Who follows may look half an hour later: a replica that left has not vanished until then. */
  @Test
  void retire_replicaThatLeft_keepsItsRowForAnHour() {
    ReplicaRows rows = new ReplicaRows(database.dialect());
    one.count(one.open(SESSION, 1), 1);
    one.leave();
    steady(two);
    two.fold();
    two.pass(Duration.ofSeconds(61));
    two.fold();
    assertThat(deltas()).isZero();

    forget(rows);
    assertThat(database.read(rows::all)).hasSize(2);

    database.execute(
        Priority.FLUSH,
        handle -> handle.execute("UPDATE outcome_replica SET renewed = renewed - 3600000"));
    forget(rows);
    assertThat(database.read(rows::all))
        .extracting(ReplicaRow::incarnation)
        .containsExactly(two.id());
  }

  private void forget(ReplicaRows rows) {
    database.execute(
        Priority.REMOVAL, handle -> rows.forget(handle, two.id(), Retention.REPLICA_KEPT));
  }

  /** R1, R4. */
  @Test
  void retire_silentReplica_keepsWhatItCountedAndStopsIt() {
    TestClaimant dead = one.open(SESSION, 1);
    one.count(dead, 1);
    one.accept(dead, 2);
    two.follow();
    one.fallSilent();

    steady(two);

    TestClaimant taken = two.open(SESSION, 2);
    assertThat(taken.committed()).isEqualTo(1);
    one.turn(FLUSH);
    assertThat(one.state()).isEqualTo(LedgerState.RETIRED);
    assertThat(one.isDropped()).isTrue();
    two.count(taken, 2);
    two.follow();
    assertThat(two.view()).hasSize(2).containsValue(1).isEqualTo(TestReplica.stored(database));
  }

  /** protocols.md 7: whoever was cut off goes on answering, and is waited for from then on. */
  @Test
  void retire_replica_keepsWhenItLastSaidThatItLives() {
    one.fallSilent();
    long heard = replicaColumn(one, "renewed");
    steady(two);
    assertThat(replicaColumn(one, "silent_since")).isEqualTo(heard);
    assertThat(replicaColumn(one, "renewed")).isGreaterThan(heard);

    TestReplica three = started();
    three.leave();
    steady(two);

    assertThat(replicaColumn(three, "state")).isEqualTo(2);
    assertThat(replicaColumn(three, "silent_since")).as("it had left").isZero();
  }

  private long replicaColumn(TestReplica replica, String column) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT " + column + " FROM outcome_replica WHERE incarnation = :replica")
                .bind("replica", replica.id())
                .mapTo(Long.class)
                .one());
  }

  /** R11. */
  @Test
  void retire_whoRetiredOthers_handsAllOfItOn() {
    one.count(one.open(SESSION, 1), 1);
    one.fallSilent();
    steady(two);
    two.count(two.open(OTHER, 1), 1);
    TestReplica three = started();
    two.fallSilent();

    steady(three);
    three.pass(Duration.ofSeconds(61));
    three.fold();
    three.pass(Duration.ofSeconds(61));
    three.fold();

    assertThat(TestReplica.stored(database)).hasSize(2).containsValue(1).isEqualTo(three.view());
    assertThat(deltas()).isZero();
  }

  /** R7: after an outage of the store all look silent. */
  @Test
  void retire_byReplicaThatWasSilentItself_waits() {
    one.fallSilent();

    two.turn(Duration.ofSeconds(30));
    two.turn(Duration.ofSeconds(1));

    assertThat(one.open(SESSION, 1).isOpen()).isTrue();
  }

  /** R10. */
  @Test
  void retire_byTwoAtOnce_happensOnce() {
    one.count(one.open(SESSION, 1), 1);
    TestReplica three = started();
    one.fallSilent();

    steady(two);
    steady(three);

    assertThat(TestReplica.stored(database)).hasSize(1).containsValue(1);
  }

  /** A replica that leaves need not be waited for. */
  @Test
  void retire_replicaThatLeft_isDoneAtOnce() {
    one.count(one.open(SESSION, 1), 1);
    one.leave();

    steady(two);

    long live =
        database.read(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM outcome_replica WHERE state = 1")
                    .mapTo(Long.class)
                    .one());
    assertThat(live).isEqualTo(1);
  }

  /** Sessions go back and forth while both flush: nobody waits in a circle, nothing is lost. */
  @Test
  void flushes_ofReplicasThatSwapSessions_neverDeadlock() throws Exception {
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      sessions.add("session-" + i);
    }
    try (Database other = Database.open(config, TransactionObserver.NONE);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      TestReplica three = new TestReplica(other, new SplittableRandom(5));
      Future<Integer> first = threads.submit(() -> swap(one, sessions, 2));
      Future<Integer> second = threads.submit(() -> swap(three, sessions.reversed(), 3));

      assertThat(first.get() + second.get()).isPositive();
    }
    assertThat(TestReplica.stored(database))
        .isNotEmpty()
        .allSatisfy((name, count) -> assertThat(count).as(name).isEqualTo(1));
  }

  /** Opens all sessions again and again and counts one outcome in each; returns how many. */
  private static int swap(TestReplica replica, List<String> sessions, int step) {
    int counted = 0;
    for (int round = 1; round <= 20; round++) {
      List<TestClaimant> open = new ArrayList<>();
      for (String session : sessions) {
        open.add(replica.claim("producer", session, (long) round * step, true));
      }
      replica.turn(Duration.ZERO);
      for (TestClaimant claimant : open) {
        assertThat(claimant.refusal()).isIn(null, ErrorReason.PRODUCER_FENCED);
        if (claimant.isOpen()) {
          replica.accept(claimant, claimant.committed() + 1);
        }
      }
      long before = replica.flushNumber();
      replica.turn(FLUSH);
      counted += (int) (replica.flushNumber() - before);
    }
    return counted;
  }

  /** Lets a replica renew for longer than others may be silent. */
  private static void steady(TestReplica replica) {
    for (int second = 0; second < 12; second++) {
      replica.turn(Duration.ofSeconds(1));
    }
  }

  private long deltas() {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM outcome_delta").mapTo(Long.class).one());
  }
}
