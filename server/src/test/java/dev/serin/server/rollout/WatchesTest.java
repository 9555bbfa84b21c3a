package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.Await;
import dev.serin.server.GrpcError;
import dev.serin.server.catalog.Note;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Verdict;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that watch a run: what they are told, and when. */
class WatchesTest {
  /** What the protos say: an answer after 5 s in any case. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  /** What the protos say of one answer. */
  private static final int ENTRIES_MAX = 100;

  private static final RolloutCommand PAUSE = RolloutCommand.ROLLOUT_COMMAND_PAUSE;
  private static final RolloutCommand CANCEL = RolloutCommand.ROLLOUT_COMMAND_CANCEL;

  @TempDir Path directory;
  private RolloutApi api;

  @BeforeEach
  void open() {
    open(new StoreConfig.Sqlite(directory.resolve("serin.db")));
  }

  private void open(StoreConfig store) {
    api = new RolloutApi(store);
    api.apply(RolloutDocuments.feature("checkout"), RolloutDocuments.rollout("buy", "checkout"));
  }

  @AfterEach
  void close() {
    assertThat(api.unlistedErrors()).isEmpty();
    api.close();
  }

  private static WatchRolloutRequest.Builder watch() {
    return WatchRolloutRequest.newBuilder().setRollout("buy");
  }

  /** The first answer over gRPC; the call is left to the end of the test. */
  private WatchRolloutResponse first(WatchRolloutRequest.Builder request) {
    return api.stub().watchRollout(request.build()).next();
  }

  private FakeWatchCall watched(FakeWatchCall call) throws Exception {
    api.watches.open("default", "buy", 10, call);
    Await.until("the first answer", () -> !call.sent().isEmpty());
    return call;
  }

  /** Waits until the watches have looked once more at everything, as it is now. */
  private void awaitLook() throws Exception {
    // A look asks at most twice for each call: these are of one under way, a whole one, the next.
    long enough = api.looks.asked() + 4L * api.watches.size() + 1;
    Await.until(
        "a look",
        () -> {
          api.watches.wake();
          return api.looks.asked() >= enough;
        });
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void entries_ofTheFirstAnswer_areTheNewestSoMany() {
    api.begin("buy");
    api.addEntries("buy", 119);

    assertThat(versions(first(watch()))).as("unstated").isEqualTo(numbers(111, 120));
    assertThat(versions(first(watch().setEntries(0)))).isEmpty();
    assertThat(versions(first(watch().setEntries(1)))).containsExactly(120L);
    assertThat(versions(first(watch().setEntries(100)))).isEqualTo(numbers(21, 120));
    assertThat(first(watch().setEntries(0)).getRun().getVersion()).isEqualTo(120);
  }

  private static List<Long> versions(WatchRolloutResponse answer) {
    return answer.getEntriesList().stream().map(RolloutLogEntry::getVersion).toList();
  }

  @Test
  void entries_beyondWhatAnAnswerTells_areRefused() {
    api.begin("buy");

    for (int entries : List.of(101, -1)) {
      GrpcError refused = GrpcError.of(() -> first(watch().setEntries(entries)));
      assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
      assertThat(refused.text())
          .contains("entries: " + Integer.toUnsignedString(entries) + " (expected: 0 to 100)");
    }
    assertThat(api.watches.size()).isZero();
  }

  @Test
  void rollout_neverStarted_isRunNotFound() throws Exception {
    GrpcError refused = GrpcError.of(() -> first(watch()));

    assertThat(refused.reason()).isEqualTo("RUN_NOT_FOUND");
    assertThat(refused.text()).contains("never started");
    assertThat(GrpcError.of(() -> first(watch().setRollout("nowhere"))).reason())
        .isEqualTo("DOCUMENT_NOT_FOUND");
    Await.until("the calls counted no more", () -> api.watches.size() == 0);
  }

  @Test
  void watch_ofARunThatIsOver_tellsItAndEnds() {
    api.begin("buy");
    api.command("buy", CANCEL);

    List<WatchRolloutResponse> answers = new ArrayList<>();
    api.stub().watchRollout(watch().build()).forEachRemaining(answers::add);

    assertThat(answers).hasSize(1);
    assertThat(versions(answers.getFirst())).containsExactly(1L, 2L);
    assertThat(answers.getFirst().getRun().getState())
        .isEqualTo(RolloutState.ROLLOUT_STATE_CANCELLED);
  }

  @Test
  void watch_toTheEnd_tellsEveryEntryOnceAndIsCountedNoMore() throws Exception {
    api.begin("buy");
    Iterator<WatchRolloutResponse> watch = api.stub().watchRollout(watch().build());
    List<Long> versions = new ArrayList<>(versions(watch.next()));
    assertThat(api.watches.size()).isEqualTo(1);
    api.command("buy", PAUSE);
    versions.addAll(versions(watch.next()));
    api.command("buy", CANCEL);
    watch.forEachRemaining(answer -> versions.addAll(versions(answer)));

    assertThat(versions).containsExactly(1L, 2L, 3L);
    Await.until("the call counted no more", () -> api.watches.size() == 0);
  }

  @Test
  void watches_aboveTheLimit_areRefusedAndGivenBack() {
    api.begin("buy");
    List<FakeWatchCall> calls = new ArrayList<>();
    for (int i = 0; i < Watches.WATCHERS_MAX; i++) {
      FakeWatchCall call = FakeWatchCall.ready();
      calls.add(call);
      api.watches.open("default", "buy", 1, call);
    }

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(ApiException.class)
          .isThrownBy(() -> api.watches.open("default", "buy", 1, FakeWatchCall.ready()))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(ErrorReason.OVERLOADED));
    }
    GrpcError refused = GrpcError.of(() -> first(watch()));
    assertThat(refused.reason()).isEqualTo("OVERLOADED");
    assertThat(refused.retry()).isTrue();
    assertThat(api.watches.size())
        .as("who was refused is not counted")
        .isEqualTo(Watches.WATCHERS_MAX);

    // gRPC may tell of the same end twice.
    calls.getFirst().cancel();
    calls.getFirst().heard();
    calls.getFirst().cancel();
    assertThat(api.watches.size()).isEqualTo(Watches.WATCHERS_MAX - 1);
    api.watches.open("default", "buy", 1, FakeWatchCall.ready());
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> api.watches.open("default", "buy", 1, FakeWatchCall.ready()));

    calls.forEach(FakeWatchCall::heard);
    assertThat(api.watches.size()).isEqualTo(1);
  }

  @Test
  void watch_thatWasCancelled_isToldNothingMore() throws Exception {
    api.begin("buy");
    FakeWatchCall gone = watched(FakeWatchCall.ready());
    FakeWatchCall there = watched(FakeWatchCall.ready());
    gone.cancel();

    api.command("buy", CANCEL);

    Await.until("the end", there::isCompleted);
    assertThat(gone.versions()).containsExactly(1L);
    assertThat(gone.isCompleted()).isFalse();
  }

  @Test
  void quiet_ofFiveSeconds_endsWithAnAnswer() throws Exception {
    api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());

    api.pass(QUIET.minusMillis(1));
    awaitLook();
    assertThat(call.sent()).hasSize(1);

    api.pass(Duration.ofMillis(1));
    Await.until("an answer", () -> call.sent().size() == 2);
    assertThat(call.sent().getLast().getEntriesList()).isEmpty();
    assertThat(
            Timestamps.between(
                call.sent().getFirst().getProgress().getTime(),
                call.sent().getLast().getProgress().getTime()))
        .isEqualTo(Durations.fromSeconds(QUIET.toSeconds()));
    awaitLook();
    assertThat(call.sent()).as("quiet from now on").hasSize(2);

    api.pass(QUIET);
    Await.until("the next answer", () -> call.sent().size() == 3);
  }

  /** Else nothing would be told for as long as the clock had been ahead. */
  @Test
  void clock_setBack_endsTheQuiet() throws Exception {
    api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());

    api.pass(Duration.ofHours(-1));

    Await.until("an answer", () -> call.sent().size() == 2);
    awaitLook();
    assertThat(call.sent()).hasSize(2);
  }

  @Test
  void look_thatSaysSomethingElse_isToldAtOnce() throws Exception {
    api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());
    Verdict look = Verdict.newBuilder().setSentence("too few users").setStage(1).build();

    api.looks.found(look);
    Await.until("an answer", () -> call.sent().size() == 2);
    assertThat(call.sent().getLast().getProgress().getVerdict()).isEqualTo(look);

    api.looks.found(look.toBuilder().setTime(Timestamps.fromSeconds(1_795_000_000)).build());
    awaitLook();
    assertThat(call.sent()).as("the same again, later").hasSize(2);

    api.looks.found(look.toBuilder().setSentence("nothing is worse").build());
    Await.until("an answer", () -> call.sent().size() == 3);
  }

  /** Nobody notes it in the run here, and no time passes after which something is told anyhow. */
  @Test
  void killSwitch_ofTheRunsFeature_isToldAtOnce() throws Exception {
    RolloutRun begun = api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());
    assertThat(call.sent().getFirst().getRun().getKilled()).isFalse();

    api.catalog.kill("default", "checkout", new Note("ada", "ticket 7"));

    Await.until("an answer", () -> call.sent().size() == 2);
    WatchRolloutResponse answer = call.sent().getLast();
    assertThat(answer.getRun().getKilled()).isTrue();
    assertThat(answer.getRun().getVersion()).isEqualTo(begun.getVersion());
    assertThat(answer.getEntriesList()).isEmpty();
  }

  @Test
  void reader_thatIsSlow_getsEveryEntryAndFewerLooks() throws Exception {
    api.begin("buy");
    FakeWatchCall slow = watched(FakeWatchCall.withRoomFor(1));
    FakeWatchCall quick = watched(FakeWatchCall.ready());
    for (int i = 0; i < 3; i++) {
      int answers = quick.sent().size();
      api.looks.found(Verdict.newBuilder().setSentence("look " + i).build());
      Await.until("told the quick one", () -> quick.sent().size() > answers);
    }
    api.addEntries("buy", ENTRIES_MAX + 20);
    Await.until("all entries", () -> quick.versions().equals(numbers(1, ENTRIES_MAX + 21)));
    assertThat(slow.sent()).as("it took no more").hasSize(1);

    slow.take(1);
    Await.until("the second answer", () -> slow.sent().size() == 2);
    assertThat(slow.versions()).isEqualTo(numbers(1, ENTRIES_MAX + 1));
    assertThat(slow.sent().getLast().getProgress().getVerdict().getSentence())
        .as("looks in between are left out")
        .isEqualTo("look 2");
    awaitLook();
    assertThat(slow.sent()).hasSize(2);

    slow.take(10);
    Await.until("all entries", () -> slow.versions().equals(numbers(1, ENTRIES_MAX + 21)));
    assertThat(slow.sent()).hasSize(3);
  }

  /** The end is told once all before it was. */
  @Test
  void reader_thatIsSlow_isToldTheEndAfterTheLastEntry() throws Exception {
    api.begin("buy");
    FakeWatchCall slow = watched(FakeWatchCall.withRoomFor(1));
    api.addEntries("buy", ENTRIES_MAX + 20);
    api.command("buy", CANCEL);

    slow.take(1);
    Await.until("the second answer", () -> slow.sent().size() == 2);
    assertThat(slow.isCompleted()).isFalse();
    slow.take(1);
    Await.until("the end", slow::isCompleted);

    assertThat(slow.versions()).isEqualTo(numbers(1, ENTRIES_MAX + 22));
    assertThat(slow.failure()).isNull();
  }

  @Test
  void store_awayWhileItIsWatched_isToldToWhoBeginsAndTheOthersGoOn() throws Exception {
    PostgresServer postgres = PostgresServer.shared();
    api.close();
    open(new StoreConfig.Postgres(postgres.freshDatabase(), "", ""));
    api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());
    FakeWatchCall late = FakeWatchCall.ready();
    postgres.stop();
    try {
      api.watches.open("default", "buy", 10, late);
      Await.until("refused", () -> late.failure() != null);

      assertThat(late.failure())
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> assertThat(e.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE));
      assertThat(late.sent()).isEmpty();
      assertThat(call.failure()).isNull();
    } finally {
      postgres.start();
    }
    Await.until("cancelled", this::isCancelled);

    Await.until("the end", call::isCompleted);
    assertThat(call.versions()).containsExactly(1L, 2L);
  }

  /** Whether the store took it: its connections are found to be broken one after the other. */
  private boolean isCancelled() {
    try {
      return api.command("buy", CANCEL).getState() == RolloutState.ROLLOUT_STATE_CANCELLED;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      return false;
    }
  }

  /** A fault of one watch, or of the process for one run, leaves the thread to the others. */
  @Test
  void fault_ofOneWatch_endsThatOneOnly() throws Exception {
    api.begin("buy");
    FakeWatchCall call = watched(FakeWatchCall.ready());
    FakeWatchCall broken = FakeWatchCall.failing();

    api.watches.open("default", "buy", 10, broken);

    Await.until("ended", () -> broken.failure() != null);
    api.command("buy", CANCEL);
    Await.until("the end", call::isCompleted);
    assertThat(call.versions()).containsExactly(1L, 2L);
  }
}
