package dev.serin.server.outcome.ledger;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import dev.serin.server.store.Dialect;
import dev.serin.server.store.TestStore;
import dev.serin.server.store.TransactionObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories: replicas crash, freeze, wake, are retired, fold and come back, producers change
 * them and send again what is not acknowledged. In the end each outcome is counted once, in the
 * store and in every view.
 */
class LedgerHistoriesTest {
  private static final int PRODUCERS = 5;
  private static final int STEPS = 600;

  @TempDir Path directory;

  /** A producer that lives: it keeps what is not acknowledged. */
  private static final class Producer {
    private final String session;
    private long attempt;
    private long reported;
    private long known;
    private @Nullable TestReplica at;
    private @Nullable TestClaimant opening;

    Producer(String session) {
      this.session = session;
    }
  }

  private final List<TestReplica> replicas = new ArrayList<>();
  private final Map<String, Producer> producers = new HashMap<>();

  @ParameterizedTest
  @CsvSource({
    "SQLITE, 1",
    "SQLITE, 2",
    "SQLITE, 3",
    "POSTGRESQL, 1",
    "POSTGRESQL, 2",
    "POSTGRESQL, 3"
  })
  void history_ofCrashesAndTakeOvers_countsEachOutcomeOnce(TestStore store, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (Database database = Database.open(store.fresh(directory), TransactionObserver.NONE)) {
      int most = database.dialect() == Dialect.SQLITE ? 1 : 3;
      while (replicas.size() < most) {
        replicas.add(started(database, random));
      }
      for (int i = 0; i < PRODUCERS; i++) {
        Producer producer = new Producer("session-" + i);
        producers.put(producer.session, producer);
      }
      for (int step = 0; step < STEPS; step++) {
        step(database, random);
      }
      settle(random);
      check(database);
    }
  }

  private static TestReplica started(Database database, SplittableRandom random) {
    TestReplica replica = new TestReplica(database, random);
    replica.turn(Duration.ZERO);
    replica.follow();
    return replica;
  }

  private void step(Database database, SplittableRandom random) {
    TestReplica replica = replicas.get(random.nextInt(replicas.size()));
    switch (random.nextInt(20)) {
      case 0 -> crash(database, random, replica);
      case 1 -> retire(replica);
      case 2 -> replica.fold();
      // Longer than it may go without a look at the others.
      case 3 -> replica.pass(Duration.ofMinutes(random.nextInt(60)));
      case 4, 5 -> replica.follow();
      case 6, 7, 8, 9 -> replica.turn(Duration.ofMillis(100));
      case 10 -> move(producer(random), replica);
      default -> report(random, producer(random));
    }
  }

  private Producer producer(SplittableRandom random) {
    return requireNonNull(producers.get("session-" + random.nextInt(PRODUCERS)));
  }

  /** A process dies with all it had not flushed; another begins. */
  private void crash(Database database, SplittableRandom random, TestReplica replica) {
    replicas.remove(replica);
    replicas.add(started(database, random));
    for (Producer producer : producers.values()) {
      if (producer.at == replica) {
        producer.at = null;
      }
    }
  }

  /** Others find it silent while it is frozen; it goes on afterwards as if nothing had been. */
  private void retire(TestReplica frozen) {
    if (replicas.size() == 1) {
      return;
    }
    frozen.fallSilent();
    TestReplica other = replicas.get(replicas.get(0) == frozen ? 1 : 0);
    for (int second = 0; second < 12; second++) {
      other.turn(Duration.ofSeconds(1));
    }
  }

  private void move(Producer producer, TestReplica replica) {
    producer.at = replica;
    producer.opening =
        replica.claim("producer", producer.session, ++producer.attempt, producer.known == 0);
  }

  /** Reports some more, or goes where it can. */
  private void report(SplittableRandom random, Producer producer) {
    TestClaimant opening = producer.opening;
    if (producer.at == null || opening == null || opening.refusal() != null) {
      assertThat(opening == null ? null : opening.refusal())
          .isIn(null, ErrorReason.SHUTTING_DOWN, ErrorReason.PRODUCER_FENCED);
      move(producer, replicas.get(random.nextInt(replicas.size())));
    } else if (opening.isFenced()) {
      // Its own later opening did that.
      move(producer, replicas.get(random.nextInt(replicas.size())));
    } else if (opening.isOpen()) {
      producer.known = Math.max(producer.known, opening.committed());
      long from = accepted(opening) + 1;
      producer.reported = Math.max(producer.reported, from + random.nextInt(3));
      for (long sequence = from; sequence <= producer.reported; sequence++) {
        producer.at.accept(opening, sequence);
        accepted.put(opening, sequence);
      }
    }
  }

  private final Map<TestClaimant, Long> accepted = new HashMap<>();

  private long accepted(TestClaimant opening) {
    return accepted.computeIfAbsent(opening, key -> opening.committed());
  }

  /** Everybody gets through. */
  private void settle(SplittableRandom random) {
    for (int round = 0; round < 50; round++) {
      producers.values().forEach(producer -> report(random, producer));
      for (TestReplica replica : List.copyOf(replicas)) {
        replica.turn(Duration.ofSeconds(1));
        if (replica.state().isEnded()) {
          replicas.remove(replica);
          replicas.add(started(replica.database(), random));
        }
      }
    }
  }

  private void check(Database database) {
    Map<String, Integer> stored = TestReplica.stored(database);
    assertThat(stored)
        .isNotEmpty()
        .allSatisfy((name, count) -> assertThat(count).as(name).isEqualTo(1));
    long counted = 0;
    for (Producer producer : producers.values()) {
      TestClaimant opening = producer.opening;
      assertThat(opening).isNotNull();
      assertThat(opening.committed()).as(producer.session).isEqualTo(producer.reported);
      counted += producer.reported;
    }
    assertThat(stored).hasSize((int) counted);
    for (TestReplica replica : replicas) {
      replica.follow();
      assertThat(replica.view()).isEqualTo(stored);
    }
  }
}
