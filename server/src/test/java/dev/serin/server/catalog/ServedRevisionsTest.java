package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.ServedRun.Serving;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** protocols.md 7: a run is rolled back when every live holder serves the control. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ServedRevisionsTest {
  private static final Optional<Duration> STALE_AFTER = Optional.of(Duration.ofMinutes(1));

  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;
  private ServedRevisions mine;
  private ServedRevisions other;

  ServedRevisionsTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
    test.put(feature("checkout"));
    test.serve(run("checkout", "run-1"));
    mine = new ServedRevisions(test.database, 1);
    other = new ServedRevisions(test.database, 2);
    Replicas.add(test.database, 1);
    Replicas.add(test.database, 2);
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void serveNow(ServedRevisions replica) {
    replica.serves(test.catalog.states().current("default"));
    replica.say();
  }

  private long takeBack() {
    return test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, true));
  }

  private boolean acknowledged(long revision) {
    return acknowledged("default", revision, STALE_AFTER);
  }

  private boolean acknowledged(String namespace, long revision, Optional<Duration> staleAfter) {
    return mine.awaited(namespace, revision, staleAfter).isEmpty();
  }

  @Test
  void revision_isAcknowledgedOnceAllLiveReplicasServeIt() {
    long revision = takeBack();
    assertThat(acknowledged(revision)).isFalse();
    serveNow(mine);
    assertThat(acknowledged(revision)).isFalse();

    serveNow(other);

    assertThat(acknowledged(revision)).isTrue();
    assertThat(acknowledged(revision + 1)).isFalse();
    assertThat(acknowledged("shop", revision, STALE_AFTER)).isFalse();
  }

  @Test
  void laterRevision_acknowledgesThoseBefore() {
    long revision = takeBack();
    test.put(feature("search"));

    serveNow(mine);
    serveNow(other);

    assertThat(acknowledged(revision)).isTrue();
    assertThat(acknowledged(test.revision())).isTrue();
  }

  @Test
  void revision_thatNobodyWaitsFor_isNotSaid() {
    serveNow(mine);
    serveNow(other);

    assertThat(acknowledged(test.revision())).isFalse();
  }

  /** It may be cut off from the store only, and go on answering with what it has. */
  @Test
  void replica_thatIsRetired_isWaitedForUntilItsTreatmentsAreStale() {
    boolean isShared = store == TestStore.POSTGRESQL;
    long revision = takeBack();
    serveNow(mine);

    Replicas.silence(test.database, 2, Duration.ofSeconds(11));
    Replicas.retire(test.database, 2);
    assertThat(acknowledged(revision)).isEqualTo(!isShared);
    // What counts is when it last said that it lives, not when it was retired.
    Replicas.silence(test.database, 2, Duration.ofSeconds(63));
    Replicas.retire(test.database, 2);

    assertThat(acknowledged(revision)).isTrue();
  }

  @Test
  void replica_thatIsRetiredAndNeverStale_isNotWaitedFor() {
    long revision = takeBack();
    serveNow(mine);
    assertThat(acknowledged("default", revision, Optional.empty())).isFalse();

    Replicas.retire(test.database, 2);

    assertThat(acknowledged("default", revision, Optional.empty())).isTrue();
  }

  @Test
  void replica_thatLeftByItself_isNotWaitedForOnceItIsRetired() {
    long revision = takeBack();
    serveNow(mine);

    Replicas.leave(test.database, 2);
    Replicas.retire(test.database, 2);

    assertThat(acknowledged(revision)).isTrue();
  }

  @Test
  void replica_thatIsRetiredAndServesTheRevision_saysSo() {
    long revision = takeBack();
    serveNow(mine);
    Replicas.retire(test.database, 2);

    serveNow(other);

    assertThat(acknowledged(revision)).isTrue();
  }

  /** Embedded a replica need not say that it lives: the lock on its file does. */
  @Test
  void replica_thatIsSilent_isNotWaitedForBeyondItsTreatments() {
    boolean isShared = store == TestStore.POSTGRESQL;
    long revision = takeBack();
    serveNow(mine);

    Replicas.silence(test.database, 2, Duration.ofSeconds(30));
    assertThat(acknowledged(revision)).isFalse();
    Replicas.silence(test.database, 2, Duration.ofSeconds(63));

    assertThat(acknowledged(revision)).isEqualTo(isShared);
    assertThat(acknowledged("default", revision, Optional.empty())).isFalse();
  }

  @Test
  void replica_thatIsNotKnownYet_saysItLater() {
    long revision = takeBack();
    serveNow(mine);
    serveNow(other);
    ServedRevisions late = new ServedRevisions(test.database, 3);
    serveNow(late);
    Replicas.add(test.database, 3);
    assertThat(acknowledged(revision)).isFalse();

    late.say();

    assertThat(acknowledged(revision)).isTrue();
  }

  private int awaited(String feature, long revision) {
    return mine.awaited("default", feature, revision).size();
  }

  private long kill(String feature) {
    return test.catalog.kill("default", feature, TestCatalog.NOTE).revision();
  }

  @Test
  void killSwitch_isAwaitedUntilAllReplicasServeIt() {
    long revision = kill("checkout");
    assertThat(awaited("checkout", revision)).isEqualTo(2);
    serveNow(mine);
    assertThat(awaited("checkout", revision)).isEqualTo(1);

    serveNow(other);

    assertThat(awaited("checkout", revision)).isZero();
  }

  @Test
  void killSwitch_ofAFeatureWithARun_isAwaitedFromTheSilentUntilTheirTreatmentIsStale() {
    boolean isShared = store == TestStore.POSTGRESQL;
    long revision = kill("checkout");
    serveNow(mine);

    Replicas.silence(test.database, 2, Duration.ofSeconds(30));
    assertThat(awaited("checkout", revision)).isEqualTo(1);
    Replicas.silence(test.database, 2, Duration.ofSeconds(63));

    assertThat(awaited("checkout", revision)).isEqualTo(isShared ? 0 : 1);
  }

  /** What is served without a run never grows stale. */
  @Test
  void killSwitch_ofAFeatureWithoutARun_isAwaitedFromTheSilentUntilTheyAreRetired() {
    test.put(feature("search"));
    long revision = kill("search");
    serveNow(mine);
    Replicas.silence(test.database, 2, Duration.ofSeconds(63));
    assertThat(awaited("search", revision)).isEqualTo(1);

    Replicas.retire(test.database, 2);

    assertThat(awaited("search", revision)).isZero();
  }

  @Test
  void killSwitch_whoseRunIsOver_isAwaitedAsWithoutOne() {
    takeBack();
    test.serve(run("checkout", "run-1", Serving.ROLLED_BACK, false));
    long revision = kill("checkout");
    serveNow(mine);

    Replicas.silence(test.database, 2, Duration.ofSeconds(63));

    assertThat(awaited("checkout", revision)).isEqualTo(1);
  }
}
