package dev.serin.server.outcome.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits whose answer never comes: the store is asked what became of them, nobody guesses. */
class LedgerLostCommitTest {
  private static final String SESSION = "6f1c2b5e-0000-4000-8000-000000000001";
  private static final String FLUSHED = "INSERT INTO outcome_delta";
  private static final Duration LATER = Duration.ofSeconds(3);

  private final RandomGenerator random = new SplittableRandom(11);
  private String url;
  private LossyProxy proxy;
  private Database database;
  private TestReplica replica;
  private TestClaimant claimant;

  @BeforeEach
  void open() throws IOException {
    url = PostgresServer.shared().freshDatabase();
    proxy = new LossyProxy(url);
    database =
        Database.open(new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""), TransactionObserver.NONE);
    replica = new TestReplica(database, random);
    claimant = replica.open(SESSION, 1);
    replica.count(claimant, 1);
  }

  @AfterEach
  void close() throws IOException {
    database.close();
    proxy.close();
  }

  /** F12, n: done. */
  @Test
  void flush_answerLostAfterCommit_isReadBackAndNotRepeated() {
    proxy.loseAnswer(FLUSHED);

    replica.count(claimant, 2);
    replica.turn(LATER);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(claimant.committed()).isEqualTo(2);
    assertThat(replica.flushNumber()).isEqualTo(2);
    assertThat(stored()).hasSize(2).containsValue(1).isEqualTo(replica.view());
  }

  /** F12, n-1: again. */
  @Test
  void flush_commitLost_isReadBackAndRepeated() {
    proxy.loseCommit(FLUSHED);

    replica.count(claimant, 2);
    replica.turn(LATER);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(claimant.committed()).isEqualTo(2);
    assertThat(replica.flushNumber()).isEqualTo(2);
    assertThat(stored()).hasSize(2).containsValue(1).isEqualTo(replica.view());
  }

  /** F13, F14: it may be committed, and nobody can be asked. */
  @Test
  void flush_answerLostAndStoreAway_acknowledgesNothingAndBeginsNoOther() {
    proxy.loseAnswerForGood(FLUSHED);

    replica.count(claimant, 2);
    replica.accept(claimant, 3);
    replica.turn(LATER);
    replica.turn(LATER);

    assertThat(claimant.committed()).isEqualTo(1);
    assertThat(replica.flushNumber()).isEqualTo(1);
    // As whoever takes the session over elsewhere finds it.
    assertThat(stored()).hasSize(2).containsValue(1);
  }

  /** O14. */
  @Test
  void claim_storeAway_isRefusedAndOpenStreamsAreHeld() {
    proxy.loseAnswerForGood(FLUSHED);
    replica.count(claimant, 2);

    TestClaimant other = replica.claim("producer", "other", 1, true);
    replica.turn(LATER);

    assertThat(other.refusal()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    assertThat(claimant.isFenced()).isFalse();
  }

  /** O4: the claim was made for nobody; the next attempt finds it and takes it. */
  @Test
  void claim_answerLost_isRefusedAndTheNextAttemptGoesOn() {
    proxy.loseAnswer("UPDATE outcome_session");

    TestClaimant lost = replica.open(SESSION, 2);
    TestClaimant next = replica.open(SESSION, 3);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(lost.refusal()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
    assertThat(next.committed()).isEqualTo(1);
    replica.accept(claimant, 2);
    replica.count(next, 2);
    assertThat(stored()).hasSize(2).containsValue(1);
  }

  /**
   * F12: the commit is still on its way when it is asked for; the row that it holds is waited for.
   */
  @Test
  void flush_commitOnItsWay_isWaitedForAndNotRepeated() throws Exception {
    proxy.holdUpCommitAndCut(FLUSHED);

    CompletableFuture<Void> flush = CompletableFuture.runAsync(() -> replica.count(claimant, 2));
    proxy.awaitHeldUp();
    try (Database direct = direct()) {
      Await.until("asking", () -> waitForLocks(direct) == 1);
      proxy.goOn();
      flush.get(60, TimeUnit.SECONDS);
      replica.turn(LATER);

      assertThat(claimant.committed()).isEqualTo(2);
      assertThat(replica.flushNumber()).isEqualTo(2);
      assertThat(stored()).hasSize(2).containsValue(1).isEqualTo(replica.view());
    }
  }

  /** R5: the store ends the frozen one's transaction; until then its sessions cannot be claimed. */
  @Test
  void flush_ofAReplicaFrozenWithLocksHeld_isEndedAndItsSessionTakenOver() throws Exception {
    proxy.holdUpCommit(FLUSHED);
    replica.accept(claimant, 2);
    CompletableFuture<Void> frozen =
        CompletableFuture.runAsync(() -> replica.turn(Duration.ofMillis(100)));
    proxy.awaitHeldUp();
    try (Database direct = direct()) {
      TestReplica two = new TestReplica(direct, random);
      two.turn(Duration.ZERO);
      long[] attempt = {2};
      AtomicReference<TestClaimant> claim = new AtomicReference<>(two.open(SESSION, 2));
      assertThat(claim.get().isAnswered()).isFalse();
      // As a producer does it that is told to come back.
      Await.until(
          "the store ends the frozen transaction",
          () -> {
            two.turn(Duration.ofNanos(BusyClaims.EVERY));
            if (claim.get().refusal() != null) {
              assertThat(claim.get().refusal()).isEqualTo(ErrorReason.STORE_UNAVAILABLE);
              claim.set(two.open(SESSION, ++attempt[0]));
            }
            return claim.get().isOpen();
          });
      TestClaimant newer = claim.get();
      assertThat(newer.committed()).isEqualTo(1);
      two.count(newer, 2);
      assertThat(frozen).isNotDone();

      proxy.goOn();
      frozen.get(60, TimeUnit.SECONDS);
      replica.turn(LATER);

      assertThat(claimant.isFenced()).isTrue();
      assertThat(claimant.committed()).isEqualTo(1);
      assertThat(replica.state()).isEqualTo(LedgerState.LIVE);
      assertThat(stored()).hasSize(2).containsValue(1);
      TestClaimant back = replica.open(SESSION, 9);
      replica.count(back, 3);
      assertThat(back.committed()).isEqualTo(3);
      assertThat(stored()).hasSize(3).containsValue(1);
    }
  }

  /** Connections to this database that wait for a lock. */
  private static long waitForLocks(Database direct) {
    return direct.read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """)
                .mapTo(Long.class)
                .one());
  }

  private Database direct() {
    return Database.open(new StoreConfig.Postgres(url, "", ""), TransactionObserver.NONE);
  }

  private Map<String, Integer> stored() {
    try (Database direct = direct()) {
      return TestReplica.stored(direct);
    }
  }
}
