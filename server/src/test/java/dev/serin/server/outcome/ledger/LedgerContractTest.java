package dev.serin.server.outcome.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a ledger promises on both stores. Rows are those of docs/outcomes.md. */
@ParameterizedClass
@EnumSource(TestStore.class)
class LedgerContractTest {
  private static final Duration FLUSH = Duration.ofMillis(100);
  private static final String SESSION = "6f1c2b5e-0000-4000-8000-000000000001";
  private static final String OTHER = "6f1c2b5e-0000-4000-8000-000000000002";

  private final TestStore store;
  @TempDir Path directory;
  private final RandomGenerator random = new SplittableRandom(7);
  private Database database;
  private TestReplica replica;

  LedgerContractTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    database = Database.open(store.fresh(directory), TransactionObserver.NONE);
    replica = new TestReplica(database, random);
    replica.follow();
    replica.turn(Duration.ZERO);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void claim_ofNewSession_opensItAtZero() {
    TestClaimant claimant = replica.open(SESSION, 1);

    assertThat(claimant.isOpen()).isTrue();
    assertThat(claimant.committed()).isZero();
  }

  @Test
  void flush_acceptedOutcomes_areCountedAndKnownToTheNextClaim() {
    TestClaimant first = replica.open(SESSION, 1);
    replica.count(first, 1, 2, 3);

    TestClaimant second = replica.open(SESSION, 2);

    assertThat(second.committed()).isEqualTo(3);
    assertThat(TestReplica.stored(database)).hasSize(3).containsValue(1).isEqualTo(replica.view());
  }

  /** O12. */
  @Test
  void claim_unknownSessionAboveOne_isExpiredAndMakesNone() {
    TestClaimant claimant = replica.claim("producer", SESSION, 1, false);
    replica.turn(Duration.ZERO);

    assertThat(claimant.refusal()).isEqualTo(ErrorReason.SESSION_EXPIRED);
    TestClaimant later = replica.claim("producer", SESSION, 2, false);
    replica.turn(Duration.ZERO);
    assertThat(later.refusal()).isEqualTo(ErrorReason.SESSION_EXPIRED);
  }

  /** O8. */
  @Test
  void claim_ofSessionOpenHere_fencesTheOlderAndDropsWhatItHadNotFlushed() {
    TestClaimant older = replica.open(SESSION, 1);
    replica.count(older, 1);
    replica.accept(older, 2);

    TestClaimant newer = replica.open(SESSION, 2);
    replica.turn(FLUSH);

    assertThat(older.isFenced()).isTrue();
    assertThat(newer.committed()).isEqualTo(1);
    assertThat(TestReplica.stored(database)).hasSize(1);
    replica.count(newer, 2);
    assertThat(TestReplica.stored(database)).hasSize(2).containsValue(1);
  }

  /** O6, O7. */
  @Test
  void claim_ofLowerOrEqualAttempt_fencesNobody() {
    TestClaimant newer = replica.open(SESSION, 5);

    TestClaimant late = replica.open(SESSION, 4);
    TestClaimant same = replica.open(SESSION, 5);

    assertThat(late.refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
    assertThat(same.refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
    assertThat(newer.isFenced()).isFalse();
    replica.count(newer, 1);
    assertThat(TestReplica.stored(database)).hasSize(1);
  }

  @Test
  void claim_ofSeveralAtOnce_opensTheHighestAttempt() {
    TestClaimant low = replica.claim("producer", SESSION, 3, true);
    TestClaimant high = replica.claim("producer", SESSION, 9, true);
    TestClaimant middle = replica.claim("producer", SESSION, 5, true);
    replica.turn(Duration.ZERO);

    assertThat(high.isOpen()).isTrue();
    assertThat(low.refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
    assertThat(middle.refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
  }

  @Test
  void claim_unordered_takesTheSessionFromWhoeverHoldsIt() {
    TestClaimant ordered = replica.open(SESSION, 5);

    TestClaimant tool = replica.open(SESSION, 0);

    assertThat(tool.isOpen()).isTrue();
    assertThat(ordered.isFenced()).isTrue();
    assertThat(replica.open(SESSION, 5).refusal()).isEqualTo(ErrorReason.PRODUCER_FENCED);
  }

  /** F16, as another replica's claim leaves the row. */
  @Test
  void flush_withSessionClaimedElsewhere_leavesItOutAndCountsTheOthers() {
    TestClaimant lost = replica.open(SESSION, 1);
    TestClaimant kept = replica.open(OTHER, 1);
    claimElsewhere(lost);

    replica.accept(lost, 1);
    replica.accept(kept, 1);
    replica.turn(FLUSH);

    assertThat(lost.isFenced()).isTrue();
    assertThat(lost.committed()).isZero();
    assertThat(kept.committed()).isEqualTo(1);
    assertThat(replica.flushNumber()).isEqualTo(1);
    assertThat(TestReplica.stored(database))
        .isEqualTo(Map.of(kept.session().id() + "/1", 1))
        .isEqualTo(replica.view());
  }

  @Test
  void flush_withNothingButLostSessions_writesNothing() {
    TestClaimant lost = replica.open(SESSION, 1);
    claimElsewhere(lost);

    replica.count(lost, 1);

    assertThat(replica.flushNumber()).isZero();
    assertThat(TestReplica.stored(database)).isEmpty();
    replica.count(replica.open(OTHER, 1), 1);
    assertThat(replica.flushNumber()).isEqualTo(1);
  }

  private void claimElsewhere(TestClaimant lost) {
    database.execute(
        Priority.FLUSH,
        handle ->
            handle.execute(
                "UPDATE outcome_session SET epoch = epoch + 1, incarnation = 1 WHERE id = ?",
                lost.session().id()));
  }

  /** R4: step 1 of a flush. */
  @Test
  void flush_ofRetiredReplica_changesNothingAndEndsIt() {
    TestClaimant claimant = replica.open(SESSION, 1);
    retire();

    replica.count(claimant, 1);

    assertThat(replica.state()).isEqualTo(LedgerState.RETIRED);
    assertThat(replica.isDropped()).isTrue();
    assertThat(TestReplica.stored(database)).isEmpty();
    assertThat(replica.claim("producer", OTHER, 1, true).refusal())
        .isEqualTo(ErrorReason.SHUTTING_DOWN);
  }

  private void retire() {
    database.execute(
        Priority.FLUSH,
        handle ->
            handle.execute(
                "UPDATE outcome_replica SET state = 2 WHERE incarnation = ?", replica.id()));
  }

  @Test
  void claim_atRetiredReplica_isRefused() {
    retire();

    TestClaimant claimant = replica.open(SESSION, 1);

    assertThat(claimant.refusal()).isEqualTo(ErrorReason.SHUTTING_DOWN);
  }

  /** F18. */
  @Test
  void flush_toAStoreThatForgot_saysSoAndEnds() {
    TestClaimant claimant = replica.open(SESSION, 1);
    replica.count(claimant, 1);
    replica.count(claimant, 2);
    database.execute(
        Priority.FLUSH, handle -> handle.execute("UPDATE outcome_replica SET flush_number = 1"));

    replica.count(claimant, 3);

    assertThat(replica.state()).isEqualTo(LedgerState.FORGOTTEN);
    assertThat(claimant.committed()).isEqualTo(2);
  }

  @Test
  void flush_sooner_waitsForItsTime() {
    TestClaimant claimant = replica.open(SESSION, 1);
    replica.count(claimant, 1);
    replica.accept(claimant, 2);

    replica.turn(Duration.ofMillis(99));
    assertThat(claimant.committed()).isEqualTo(1);
    replica.turn(Duration.ofMillis(1));
    assertThat(claimant.committed()).isEqualTo(2);
  }

  @Test
  void flush_ofWhatNobodyAnnounces_isLookedForAndHappensInTime() {
    TestClaimant claimant = replica.open(SESSION, 1);
    replica.count(claimant, 1);
    replica.acceptUnannounced(claimant, 2);

    replica.turn(Duration.ofMillis(99));
    assertThat(claimant.committed()).isEqualTo(1);
    replica.turn(Duration.ofMillis(1));
    assertThat(claimant.committed()).isEqualTo(2);

    // Where nothing waits, nobody sleeps for longer than until something might.
    assertThat(replica.untilNextTurn()).isBetween(Duration.ofMillis(1), FLUSH);
  }

  @Test
  void flush_tooMuchUnfolded_waitsForTheFolder() {
    TestClaimant claimant = replica.open(SESSION, 1);
    for (int i = 1; i <= Unfolded.DELTAS_MAX; i++) {
      replica.count(claimant, i);
    }
    replica.count(claimant, Unfolded.DELTAS_MAX + 1);
    assertThat(claimant.committed()).isEqualTo(Unfolded.DELTAS_MAX);

    replica.fold();
    replica.turn(FLUSH);

    assertThat(claimant.committed()).isEqualTo(Unfolded.DELTAS_MAX + 1);
    assertThat(TestReplica.stored(database))
        .hasSize(Unfolded.DELTAS_MAX + 1)
        .isEqualTo(replica.view());
  }

  @Test
  void fold_ofDeltas_isShownInBytes() {
    TestClaimant claimant = replica.open(SESSION, 1);
    for (int i = 1; i <= Folder.DELTAS; i++) {
      replica.count(claimant, i);
    }
    assertThat(replica.baseBytes()).isZero();

    replica.fold();

    // A line for each outcome.
    long bytes = replica.view().keySet().stream().mapToLong(name -> name.length() + 1).sum();
    assertThat(replica.baseBytes()).isEqualTo(bytes);
  }

  /** R12 on the embedded store; on the shared one the next start reads what is there. */
  @Test
  void restart_whatWasCounted_isThereAndGoesOn() {
    TestClaimant before = replica.open(SESSION, 1);
    replica.count(before, 1, 2);
    replica.accept(before, 3);

    TestReplica next = new TestReplica(database, random);
    next.turn(Duration.ZERO);
    next.follow();
    TestClaimant after = next.open(SESSION, 2);

    assertThat(after.committed()).isEqualTo(2);
    next.count(after, 3);
    assertThat(next.view()).hasSize(3).containsValue(1).isEqualTo(TestReplica.stored(database));
    // The old process, if it still ran.
    replica.turn(FLUSH);
    assertThat(TestReplica.stored(database)).isEqualTo(next.view());
  }

  /** L2, L6. */
  @Test
  void fold_inTiers_changesNoTotal() {
    TestClaimant claimant = replica.open(SESSION, 1);
    int sequence = 0;
    for (int round = 0; round < Folder.TIER + 2; round++) {
      for (int i = 0; i < Folder.DELTAS; i++) {
        replica.count(claimant, ++sequence);
      }
      replica.fold();
      assertThat(replica.unfolded().count()).isZero();
    }

    assertThat(TestReplica.stored(database)).hasSize(sequence).isEqualTo(replica.view());
    replica.pass(Duration.ofSeconds(61));
    replica.fold();
    assertThat(count("outcome_delta")).isZero();
    assertThat(count("outcome_base")).isLessThanOrEqualTo(Folder.TIER);
    assertThat(TestReplica.stored(database)).hasSize(sequence).isEqualTo(replica.view());
  }

  @Test
  void fold_fewDeltas_waitsUntilTheyAreOld() {
    replica.fold();
    replica.count(replica.open(SESSION, 1), 1);
    replica.fold();
    assertThat(replica.unfolded().count()).isEqualTo(1);

    replica.pass(Duration.ofSeconds(30));
    replica.fold();

    assertThat(replica.unfolded().count()).isZero();
    assertThat(TestReplica.stored(database)).isEqualTo(replica.view());
  }

  /** L3. */
  @Test
  void fold_baseThatWasNeverFinished_isRemovedAndNeverRead() {
    replica.count(replica.open(SESSION, 1), 1);
    database.execute(
        Priority.CATALOG,
        handle -> {
          BaseRows bases = new BaseRows(database.dialect());
          byte[] half = new byte[3 * BaseRows.PART_BYTES];
          bases.insert(handle, 4711, replica.id(), 0, half);
          bases.insertPart(handle, 4711, 0, half);
        });
    assertThat(TestReplica.stored(database)).isEqualTo(replica.view());

    replica.fold();

    assertThat(count("outcome_base")).isZero();
    assertThat(count("outcome_base_part")).isZero();
  }

  /** L8, R4: whoever owned it before finds that it does not any more. */
  @Test
  void fold_byReplicaThatWasRetired_changesNothing() {
    TestClaimant claimant = replica.open(SESSION, 1);
    for (int i = 1; i <= Folder.DELTAS; i++) {
      replica.count(claimant, i);
    }
    Map<String, Integer> counted = TestReplica.stored(database);
    retire();

    assertThatThrownBy(replica::fold).hasMessageContaining("not this replica's any more");

    assertThat(TestReplica.stored(database)).isEqualTo(counted);
  }

  private long count(String table) {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  @Test
  void viewAge_beforeAllIsLoaded_isUnknown() {
    TestReplica starting = new TestReplica(database, random);
    starting.turn(Duration.ZERO);

    assertThat(starting.viewAgeMillis()).isEmpty();

    starting.follow();
    assertThat(starting.viewAgeMillis()).hasValue(0);
  }

  /** What has come here and is not durable is in nobody's view. */
  @Test
  void viewAge_whileNothingIsFlushed_growsFromWhatWasFlushedLast() throws Exception {
    TestClaimant session = replica.open(SESSION, 1);
    replica.count(session, 1);
    replica.hold();
    replica.accept(session, 2);
    replica.turn(Duration.ofSeconds(7));
    replica.follow();

    assertThat(replica.viewAgeMillis()).hasValue(7_000);

    replica.goOn();
    replica.turn(FLUSH);
    replica.follow();
    assertThat(session.committed()).isEqualTo(2);
    assertThat(replica.viewAgeMillis()).hasValue(0);
  }

  /** Silence is nothing that a view lacks. */
  @Test
  void viewAge_whereNothingIsReported_staysYoung() {
    replica.turn(Duration.ofHours(1));
    replica.follow();

    assertThat(replica.viewAgeMillis()).hasValue(0);
  }
}
