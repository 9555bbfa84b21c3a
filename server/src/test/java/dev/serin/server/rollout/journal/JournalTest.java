package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.ORIGIN;
import static dev.serin.server.rollout.journal.JournalStore.bytes;
import static dev.serin.server.rollout.journal.JournalStore.move;
import static dev.serin.server.rollout.journal.JournalStore.moveOf;
import static dev.serin.server.rollout.journal.JournalStore.origin;
import static dev.serin.server.rollout.journal.JournalStore.request;
import static dev.serin.server.rollout.journal.JournalStore.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a journal promises on both stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class JournalTest {
  /** Statements of a transaction, and some more. */
  private static final int MORE_THAN_ALL = 20;

  private final TestStore kind;
  @TempDir Path directory;
  private JournalStore store;
  private Journal journal;
  private int stores;

  JournalTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = new JournalStore(kind.fresh(directory));
    journal = store.journal;
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void start_ofRun_storesItWithItsFirstEntry() {
    store.start();

    StoredRun run =
        new StoredRun(
            ORIGIN, 1, 1, 1_000, standing("RUNNING", 1), bytes("judge 0"), Optional.empty());
    assertThat(journal.find("run-1")).contains(run);
    assertThat(journal.find(List.of("run-0", "run-1"))).containsExactly(run);
    assertThat(journal.newest("default", "checkout")).contains(run);
    assertThat(journal.activeVersions()).isEqualTo(Map.of("run-1", 1L));
    assertThat(journal.log("run-1", 0, 10)).containsExactly(entry(0, "RUNNING", 1, 0));
  }

  @Test
  void moves_thatWereWritten_areToldToTheWatcher() {
    List<Move> told = new ArrayList<>();
    Journal watched = new Journal(store.database, told::add);
    Fence fence = store.lease();
    Move first = move(0, "RUNNING", 1);

    watched.start(ORIGIN, first, request("start"), Alongside.NOTHING);
    watched.start(ORIGIN, first, request("start"), Alongside.NOTHING);
    watched.act(move(1, "GATE", 1), fence, Alongside.NOTHING);
    watched.act(move(1, "HOLDING", 1), fence, Alongside.NOTHING);
    watched.act(move(2, "HOLDING", 1), new Fence(99, 1), Alongside.NOTHING);
    watched.command(move(2, "PAUSED", 1), request("pause"), Alongside.NOTHING);

    assertThat(told).containsExactly(first, move(1, "GATE", 1), move(2, "PAUSED", 1));
  }

  @Test
  void start_onSplitOfActiveRun_isRefusedUntilThatIsOver() {
    store.start();
    List<String> before = store.everything();

    assertThat(start("run-2", "half", "again")).isEqualTo(new Written.Taken("run-1"));

    assertThat(store.everything()).isEqualTo(before);
    assertThat(start("run-3", "other", "other")).isEqualTo(new Written.Done(1));
    command(1, "CANCELLED", 1);
    assertThat(start("run-2", "half", "again")).isEqualTo(new Written.Done(1));
    assertThat(journal.newest("default", "checkout").orElseThrow().number()).isEqualTo(3);
    assertThat(journal.activeVersions()).containsOnlyKeys("run-2", "run-3");
  }

  @Test
  void moves_commandsAndController_makeOneLogAndTheStateOfItsEnd() {
    store.start();
    Fence fence = store.lease();

    assertThat(journal.act(move(1, "GATE", 1), fence, Alongside.NOTHING))
        .isEqualTo(new Written.Done(2));
    command(2, "PAUSED", 1);
    Move last =
        new Move(
            "run-1",
            3,
            standing("ROLLING_BACK", 1),
            9_000,
            "serin",
            "worse",
            bytes("e"),
            ByteString.EMPTY,
            Optional.empty(),
            List.of());
    assertThat(journal.act(last, fence, Alongside.NOTHING)).isEqualTo(new Written.Done(4));

    assertThat(journal.log("run-1", 1, 2))
        .containsExactly(entry(1, "GATE", 1, fence.number()), entry(2, "PAUSED", 1, 0));
    StoredEntry end = journal.log("run-1", 3, 10).getFirst();
    assertThat(end.evidence()).isEqualTo(ByteString.EMPTY);
    assertThat(end.actor()).isEqualTo("serin");
    StoredRun run = journal.find("run-1").orElseThrow();
    assertThat(run.version()).isEqualTo(4);
    assertThat(run.timeMillis()).isEqualTo(9_000);
    assertThat(run.standing()).isEqualTo(standing("ROLLING_BACK", 1));
    assertThat(run.judge()).as("as before").isEqualTo(bytes("judge 2"));
  }

  @Test
  void move_decidedOnAnotherVersion_writesNothing() {
    store.start();
    Fence fence = store.lease();
    command(1, "PAUSED", 1);
    List<String> before = store.everything();

    for (long version : new long[] {0, 1, 3}) {
      assertThat(journal.act(move(version, "RUNNING", 2, 0), fence, this::takesRevision))
          .isEqualTo(new Written.Stale());
      assertThat(
              journal.command(move(version, "RUNNING", 2, 0), request("late"), this::takesRevision))
          .isEqualTo(new Written.Stale());
    }
    assertThat(journal.act(moveOf("gone", 0, "GATE", 1), fence, Alongside.NOTHING))
        .isEqualTo(new Written.Stale());

    assertThat(store.everything()).isEqualTo(before);
  }

  @Test
  void move_ofRunThatIsOver_writesNothing() {
    store.start();
    command(1, "COMPLETED", 1);
    List<String> before = store.everything();

    assertThat(journal.act(move(2, "RUNNING", 2), store.lease(), Alongside.NOTHING))
        .isEqualTo(new Written.Stale());

    assertThat(store.journal.activeVersions()).isEmpty();
    assertThat(store.everything().stream().filter(row -> !row.startsWith("rollout_lease")))
        .containsExactlyElementsOf(
            before.stream().filter(row -> !row.startsWith("rollout_lease")).toList());
  }

  @Test
  void act_underStaleFence_writesNothing() {
    store.start();
    Fence old = store.lease();
    store.silentFor(60_000);
    Fence held = store.second.take().orElseThrow();
    List<String> before = store.everything();

    assertThat(journal.act(move(1, "RUNNING", 2, 0), old, this::takesRevision))
        .isEqualTo(new Written.Unheld());
    Fence forged = new Fence(old.holder(), held.number());
    assertThat(journal.act(move(1, "RUNNING", 2), forged, this::takesRevision))
        .isEqualTo(new Written.Unheld());
    assertThat(journal.keep(List.of(new KeptJudge("run-1", 1, bytes("late"))), old)).isFalse();
    KeptLook look = new KeptLook("run-1", Optional.of(Instant.EPOCH));
    assertThat(journal.keepLooks(List.of(look), old)).isFalse();

    assertThat(store.everything()).isEqualTo(before);
    assertThat(journal.act(move(1, "RUNNING", 2), held, Alongside.NOTHING))
        .isEqualTo(new Written.Done(2));
  }

  @Test
  void stage_ofARun_beganWithItsFirstEntry() {
    store.start();
    command(1, "PAUSED", 1);
    command(2, "RUNNING", 2);
    command(3, "PAUSED", 2);

    List<StoredEntry> log = journal.log("run-1", 0, 10);
    assertThat(journal.stageBegan("run-1", 1)).hasValue(log.get(0).timeMillis());
    assertThat(journal.stageBegan("run-1", 2)).hasValue(log.get(2).timeMillis());
    assertThat(log.get(3).timeMillis()).isNotEqualTo(log.get(2).timeMillis());
    assertThat(journal.stageBegan("run-1", 3)).isEmpty();
    assertThat(journal.stageBegan("run-1", 0)).isEmpty();
  }

  @Test
  void command_again_isToldTheFirstAnswer() {
    store.start();
    command(1, "PAUSED", 1);
    command(2, "RUNNING", 1);
    List<String> before = store.everything();
    Written first = new Written.Answered(new Answer("run-1", 2, Answer.Outcome.MOVED, ""));

    assertThat(journal.command(move(3, "PAUSED", 1, 0), request("c1"), this::takesRevision))
        .isEqualTo(first);
    assertThat(journal.answered(request("c1"))).contains(first);
    assertThat(start("run-9", "half", "start"))
        .isEqualTo(new Written.Answered(new Answer("run-1", 1, Answer.Outcome.MOVED, "")));
    assertThat(journal.answered(request("c3"))).isEmpty();

    assertThat(store.everything()).isEqualTo(before);
  }

  @Test
  void command_otherUnderTheSameRequest_isRefused() {
    store.start();
    command(1, "PAUSED", 1);
    List<String> before = store.everything();
    Request other = new Request("default", "c1", "roll back");

    assertThat(journal.command(move(2, "ROLLING_BACK", 1), other, Alongside.NOTHING))
        .isEqualTo(new Written.Reused("command c1"));
    assertThat(journal.answered(other)).contains(new Written.Reused("command c1"));

    assertThat(store.everything()).isEqualTo(before);
  }

  @Test
  void answer_ofCommandThatDoesNothing_isKeptIfTheRunIsAsItWas() {
    store.start();
    Answer refused = new Answer("run-1", 1, Answer.Outcome.REFUSED, "no gate waits");

    assertThat(journal.answer(request("approve"), refused)).isEqualTo(new Written.Done(1));
    assertThat(
            journal.answer(request("approve"), new Answer("run-1", 1, Answer.Outcome.STAYED, "")))
        .isEqualTo(new Written.Answered(refused));
    assertThat(
            journal.answer(
                request("late"), new Answer("run-1", 2, Answer.Outcome.REFUSED, "paused")))
        .isEqualTo(new Written.Stale());

    assertThat(journal.answered(request("approve"))).contains(new Written.Answered(refused));
    assertThat(journal.answered(request("late"))).isEmpty();
    assertThat(journal.find("run-1").orElseThrow().version()).isEqualTo(1);
  }

  @Test
  void answers_old_areForgotten() {
    store.start();
    command(1, "PAUSED", 1);
    command(2, "RUNNING", 1);

    assertThat(journal.forgetAnswers(Duration.ofHours(1), 10)).isZero();
    assertThat(journal.forgetAnswers(Duration.ofHours(-1), 2)).isEqualTo(2);
    assertThat(journal.forgetAnswers(Duration.ofHours(-1), 2)).isEqualTo(1);

    assertThat(journal.answered(request("c1"))).isEmpty();
  }

  @Test
  void keep_ofLooks_leavesLogsAndRunsThatMoved() {
    store.start();
    start("run-2", "other", "start-2");
    Fence fence = store.lease();
    command(1, "PAUSED", 1);

    assertThat(
            journal.keep(
                List.of(
                    new KeptJudge("run-1", 1, bytes("of the past")),
                    new KeptJudge("run-2", 1, bytes("marks"))),
                fence))
        .isTrue();

    assertThat(journal.find("run-1").orElseThrow().judge()).isEqualTo(bytes("judge 1"));
    StoredRun kept = journal.find("run-2").orElseThrow();
    assertThat(kept.judge()).isEqualTo(bytes("marks"));
    assertThat(kept.version()).isEqualTo(1);
    assertThat(journal.log("run-2", 0, 10)).hasSize(1);
  }

  @Test
  void looks_ofARunThatIsLeftOut_areWhatNobodySawOfIt() {
    Instant last = Instant.parse("2026-11-24T10:00:00Z");
    Instant now = last.plusSeconds(3_600);
    store.start();
    Fence fence = store.lease();
    store.first.renew(fence, now, now);
    assertThat(store.second.sight().sinceLook(journal.find("run-1").orElseThrow(), now))
        .isLessThan(Duration.ofSeconds(60));

    assertThat(journal.keepLooks(List.of(new KeptLook("run-1", Optional.of(last))), fence))
        .isTrue();

    command(1, "PAUSED", 1);
    StoredRun run = journal.find("run-1").orElseThrow();
    assertThat(run.looked()).as("whoever moves it").contains(last);
    assertThat(store.second.sight().sinceLook(run, now)).isEqualTo(Duration.ofHours(1));
    assertThat(journal.keepLooks(List.of(new KeptLook("run-1", Optional.empty())), fence)).isTrue();
    assertThat(journal.find("run-1").orElseThrow().looked()).isEmpty();
  }

  @Test
  void moves_crashBeforeAnyStatement_leaveNothing() {
    int started =
        crashAtEach(
            (crash, fence) ->
                journal.start(
                    origin("run-2", "other"),
                    moveOf("run-2", 0, "RUNNING", 1, 0),
                    request("start-2"),
                    crash));
    int commanded =
        crashAtEach(
            (crash, fence) -> journal.command(move(1, "GATE", 1, 0, 1), request("c1"), crash));
    int acted = crashAtEach((crash, fence) -> journal.act(move(1, "GATE", 1, 0, 1), fence, crash));

    assertThat(List.of(started, commanded, acted))
        .as("statements from the revision on: request, run, entry, notifications")
        .containsExactly(5, 5, 4);
  }

  /** A write of a started run's next move, or of another run's first. */
  private interface Write {
    Written with(Alongside alongside, Fence fence);
  }

  /** Crashes before the first, second, … statement until all are through; returns how many. */
  private int crashAtEach(Write write) {
    store.close();
    store = new JournalStore(kind.fresh(directory.resolve("store-" + stores++)));
    journal = store.journal;
    store.start();
    Fence fence = store.lease();
    List<String> before = store.everything();
    for (int at = 1; at < MORE_THAN_ALL; at++) {
      Crash crash = new Crash(new AtomicInteger(), at);
      Alongside crashing =
          handle -> {
            handle.getConfig(SqlStatements.class).setSqlLogger(crash);
            takesRevision(handle);
          };
      try {
        assertThat(write.with(crashing, fence)).isInstanceOf(Written.Done.class);
        assertThat(store.everything()).isNotEqualTo(before);
        return crash.statements().get();
      } catch (CrashException e) {
        assertThat(store.everything()).as("crash before statement %d", at).isEqualTo(before);
      }
    }
    throw new AssertionError("it crashes " + MORE_THAN_ALL + " times (expected: fewer)");
  }

  private static final class CrashException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record Crash(AtomicInteger statements, int at) implements SqlLogger {
    @Override
    public void logBeforeExecution(StatementContext context) {
      if (statements.incrementAndGet() == at) {
        throw new CrashException();
      }
    }
  }

  @Test
  void moves_manyAtOnce_makeOneLog() throws Exception {
    store.start();
    Fence fence = store.lease();
    int threads = 4;
    int each = 5;
    CyclicBarrier barrier = new CyclicBarrier(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> done =
          IntStream.range(0, threads)
              .mapToObj(thread -> pool.submit(() -> race(barrier, thread, each, fence)))
              .toList();
      int conflicts = 0;
      for (Future<Integer> one : done) {
        conflicts += one.get(60, TimeUnit.SECONDS);
      }
      assertThat(conflicts).as("all decide on the same version first").isPositive();
    }

    List<StoredEntry> log = journal.log("run-1", 0, 100);
    assertThat(log).hasSize(1 + threads * each);
    assertThat(log.stream().map(StoredEntry::number))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, log.size()).boxed().toList());
    assertThat(journal.find("run-1").orElseThrow().version()).isEqualTo(log.size());
  }

  /** Moves until so many moves of its own are written; returns how often others were first. */
  private int race(CyclicBarrier barrier, int thread, int each, Fence fence) throws Exception {
    int conflicts = 0;
    for (int i = 0; i < each; i++) {
      long version = journal.find("run-1").orElseThrow().version();
      if (i == 0) {
        barrier.await(60, TimeUnit.SECONDS);
      }
      while (!(write(version, thread, i, fence) instanceof Written.Done)) {
        conflicts++;
        version = journal.find("run-1").orElseThrow().version();
      }
    }
    return conflicts;
  }

  /** Every second thread is the controller, the others are people. */
  private Written write(long version, int thread, int i, Fence fence) {
    Move move = move(version, "RUNNING", 1, 0);
    Written written =
        thread % 2 == 0
            ? journal.act(move, fence, this::takesRevision)
            : journal.command(move, request(thread + "-" + i), this::takesRevision);
    assertThat(written).isInstanceOfAny(Written.Done.class, Written.Stale.class);
    return written;
  }

  @Test
  void start_firstMoveOfAnotherRun_isAnError() {
    assertThatThrownBy(
            () -> journal.start(ORIGIN, move(1, "GATE", 0), request("r"), Alongside.NOTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first: version 1 of run-1 (expected: 0 of run-1)");
  }

  private Written start(String run, String split, String request) {
    return journal.start(
        origin(run, split), moveOf(run, 0, "RUNNING", 1), request(request), Alongside.NOTHING);
  }

  private void command(long decidedOn, String phase, int stage) {
    assertThat(
            journal.command(
                move(decidedOn, phase, stage), request("c" + decidedOn), Alongside.NOTHING))
        .isEqualTo(new Written.Done(decidedOn + 1));
  }

  private static StoredEntry entry(long decidedOn, String phase, int stage, long fence) {
    return new StoredEntry(
        decidedOn + 1,
        1_000 * (decidedOn + 1),
        "ann",
        "to " + phase,
        phase,
        stage,
        bytes("event " + decidedOn),
        bytes("evidence " + decidedOn),
        fence);
  }

  /** What a move that changes what is served writes alongside, as far as it matters here. */
  private void takesRevision(Handle handle) {
    handle
        .createUpdate("UPDATE namespace SET revision = revision + 1 WHERE name = 'default'")
        .execute();
  }

  @Test
  void settled_ofARequest_isItsFirstAnswerAndLeavesNothingWhereThereIsNone() {
    store.start();
    List<String> before = store.everything();

    assertThat(journal.settled(request("pause"))).isEmpty();
    assertThat(store.everything()).isEqualTo(before);
    command(1, "PAUSED", 1);

    assertThat(journal.settled(request("start"))).isEqualTo(journal.answered(request("start")));
    assertThat(journal.settled(new Request("default", "start", "something else")))
        .contains(new Written.Reused("command start"));
  }
}
