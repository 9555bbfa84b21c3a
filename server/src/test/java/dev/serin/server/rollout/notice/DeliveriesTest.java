package dev.serin.server.rollout.notice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.Await;
import dev.serin.server.rollout.journal.WaitingNotification;
import dev.serin.server.rollout.webhook.Receiver;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.TestStore;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RolloutTransition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What becomes of notifications, turn by turn, on both stores, by real receivers. */
@ParameterizedClass
@EnumSource(TestStore.class)
class DeliveriesTest {
  private final TestStore kind;
  @TempDir Path directory;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Tallies tallies = new Tallies();
  private final Map<String, String> secrets = new ConcurrentHashMap<>();
  private final Receiver first = new Receiver(Receiver.status(200, ""));
  private final Receiver second = new Receiver(Receiver.status(200, ""));
  private final Webhooks webhooks =
      new Webhooks(
          "test-notices", name -> Optional.ofNullable(secrets.get(name)), InstantSource.system());
  private NoticeStore store;
  private Deliveries deliveries;
  private String secret = "";
  private final Logger log = (Logger) LoggerFactory.getLogger(Deliveries.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  DeliveriesTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = new NoticeStore(kind.fresh(directory));
    deliveries = deliveries();
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void close() throws IOException {
    log.detachAppender(lines);
    webhooks.close();
    first.close();
    second.close();
    store.close();
  }

  private Deliveries deliveries() {
    return new Deliveries(store.outbox, this::notice, webhooks, nanos::get, tallies, () -> {});
  }

  private Optional<Notice> notice(WaitingNotification waiting) {
    return waiting.run().equals("nobody")
        ? Optional.empty()
        : Optional.of(
            new Notice(
                (waiting.target() == 0 ? first : second).url(),
                secret,
                RolloutTransition.newBuilder()
                    .setNumber((int) waiting.number())
                    .setState(RolloutState.ROLLOUT_STATE_RUNNING)
                    .build()));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    store.pass(time);
  }

  /** What the log tells people who look after the server. */
  private List<String> warnings() {
    return lines.list.stream()
        .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** The run that each of these warnings has as its key. */
  private List<String> runsOf(String warning) {
    return lines.list.stream()
        .filter(line -> line.getFormattedMessage().endsWith(warning))
        .map(
            line ->
                line.getKeyValuePairs().stream()
                    .filter(pair -> pair.key.equals("run"))
                    .map(pair -> String.valueOf(pair.value))
                    .findFirst()
                    .orElse(""))
        .toList();
  }

  private long failed() {
    return tallies.failures.sum();
  }

  /** Takes turns until it is so. */
  private void untilTurned(String what, java.util.concurrent.Callable<Boolean> condition)
      throws Exception {
    Await.until(
        what,
        () -> {
          deliveries.turn();
          return condition.call();
        });
  }

  private static List<String> events(Receiver receiver) {
    return receiver.received().stream().map(request -> request.header("serin-event")).toList();
  }

  @Test
  void transition_withTargets_isToldToEachOnce() throws Exception {
    store.run("run-1", 1, 0, 1);

    untilTurned("both delivered", () -> tallies.delivered.sum() == 2);

    assertThat(events(first)).containsExactly("run-1/1/0");
    assertThat(events(second)).containsExactly("run-1/1/1");
    RolloutTransition.Builder told = RolloutTransition.newBuilder();
    JsonFormat.parser().merge(first.received().getFirst().body(), told);
    assertThat(told.build())
        .isEqualTo(
            RolloutTransition.newBuilder()
                .setEventId("run-1/1/0")
                .setNumber(1)
                .setState(RolloutState.ROLLOUT_STATE_RUNNING)
                .build());
    assertThat(store.outbox.waiting().count()).isZero();
  }

  @Test
  void entries_ofARun_comeInOrderThoughTheFirstFails() throws Exception {
    store.run("run-1", 4, 0);
    first.behave(Receiver.status(400, "not now"));
    untilTurned("failed once", () -> failed() == 1);
    deliveries.wanted();
    deliveries.turn();
    assertThat(first.received()).as("others wait for the first").hasSize(1);
    first.behave(Receiver.status(200, ""));
    pass(Duration.ofSeconds(1));

    untilTurned("all delivered", () -> tallies.delivered.sum() == 4);

    assertThat(events(first))
        .containsExactly("run-1/1/0", "run-1/1/0", "run-1/2/0", "run-1/3/0", "run-1/4/0");
  }

  @Test
  void crash_betweenDeliveryAndItsNote_repeatsIt() throws Exception {
    store.run("run-1", 2, 0);
    deliveries.turn();
    Await.until("received", () -> first.received().size() == 1);

    // Whoever goes on knows of nothing that was not noted.
    deliveries.cancel();
    deliveries = deliveries();
    untilTurned("all delivered", () -> tallies.delivered.sum() == 2);

    assertThat(events(first)).containsExactly("run-1/1/0", "run-1/1/0", "run-1/2/0");
  }

  @Test
  void receiver_thatIsAway_isLeftAloneForGrowingWhiles() throws Exception {
    for (int run = 0; run < 20; run++) {
      store.run("run-" + run, 1, 0);
    }
    first.behave(Receiver.status(503, "starting"));
    int requests = 0;
    for (long wait : new long[] {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600}) {
      if (wait > 0) {
        pass(Duration.ofSeconds(wait).minusMillis(1));
        deliveries.turn();
        assertThat(first.received()).as("none before its time").hasSize(requests);
        pass(Duration.ofMillis(1));
      }
      long expected = ++requests;
      untilTurned("failed " + expected + " times", () -> failed() == expected);
      assertThat(first.received()).hasSize(requests);
    }

    first.behave(Receiver.status(200, ""));
    pass(Duration.ofMinutes(10));

    untilTurned("all delivered", () -> tallies.delivered.sum() == 20);
  }

  @Test
  void receiver_thatHangs_holdsUpNoOther() throws Exception {
    first.behave(first.silence());
    for (int run = 0; run < 20; run++) {
      store.run("run-" + run, 2, 0, 1);
    }

    untilTurned("the other has all", () -> tallies.delivered.sum() == 40);

    assertThat(first.received()).hasSize(1);
    assertThat(events(second)).hasSize(40).doesNotHaveDuplicates();
    deliveries.cancel();
  }

  @Test
  void notification_thatIsRefused_isTriedAgainAndOthersGoOn() throws Exception {
    store.run("refused", 1, 0);
    store.run("run-1", 1, 0);
    first.behave(
        (request, out) ->
            Receiver.status(request.header("serin-event").startsWith("refused") ? 422 : 200, "")
                .answer(request, out));

    untilTurned("the other delivered", () -> tallies.delivered.sum() == 1 && failed() == 1);
    pass(Duration.ofSeconds(1));
    untilTurned("refused again", () -> failed() == 2);

    assertThat(store.outbox.waiting().count()).isEqualTo(1);
    assertThat(warnings())
        .as("once, with the answer")
        .containsExactly("a notification failed and is tried again for a day: answered 422");
  }

  @Test
  void notification_afterADay_isGivenUpAndTheNextIsTold() throws Exception {
    store.run("run-1", 2, 0);
    first.behave(Receiver.status(400, ""));
    store.pass(Duration.ofHours(23));
    untilTurned("failed", () -> failed() == 1);
    assertThat(tallies.givenUp.sum()).isZero();
    assertThat(store.outbox.waiting().count()).isEqualTo(2);

    pass(Duration.ofHours(1));
    first.behave(
        (request, out) ->
            Receiver.status(request.header("serin-event").equals("run-1/1/0") ? 400 : 200, "")
                .answer(request, out));
    untilTurned("the next delivered", () -> tallies.delivered.sum() == 1);

    assertThat(tallies.givenUp.sum()).isEqualTo(1);
    assertThat(events(first)).containsExactly("run-1/1/0", "run-1/1/0", "run-1/2/0");
    assertThat(store.outbox.waiting().count()).isZero();
  }

  @Test
  void receiver_awayForMoreThanADay_isNotTriedForEachOfItsOldNotifications() throws Exception {
    for (int run = 0; run < 20; run++) {
      store.run("run-" + run, 3, 0);
    }
    store.run("other", 1, 1);
    store.pass(Deliveries.AGE_MAX);
    first.behave(Receiver.status(503, "gone"));

    untilTurned(
        "all are given up",
        () -> {
          nanos.addAndGet(Deliveries.POLL.toNanos());
          return tallies.givenUp.sum() == 60;
        });

    assertThat(first.received()).as("a few attempts showed that it is away").hasSizeLessThan(20);
    untilTurned("the other is told", () -> events(second).contains("other/1/1"));
    untilTurned("noted", () -> store.outbox.waiting().count() == 0);
    assertThat(runsOf(" notifications are given up after a day"))
        .as("the first of those that are given up together")
        .isNotEmpty()
        .allMatch(run -> run.startsWith("run-"));
  }

  @Test
  void receiver_thatComesBackAndRefuses_isSaidToRefuse() throws Exception {
    store.run("run-1", 1, 0);
    first.behave(Receiver.status(503, "starting"));
    untilTurned("away", () -> failed() == 1);
    first.behave(Receiver.status(401, "who are you?"));
    pass(Duration.ofSeconds(1));
    untilTurned("refused", () -> failed() == 2);

    assertThat(warnings())
        .containsExactly(
            "a receiver of notifications is left alone for a while: answered 503: starting",
            "a receiver of notifications is back and refuses: answered 401: who are you?");
  }

  @Test
  void receiver_awayWithMoreThanALookTakes_starvesNoOther() throws Exception {
    for (int run = 0; run < 30; run++) {
      store.run("run-" + run, 1, 0);
    }
    store.run("other", 1, 1);
    first.behave(Receiver.status(503, "starting"));
    deliveries =
        new Deliveries(store.outbox, this::notice, webhooks, nanos::get, tallies, () -> {}, 10);

    untilTurned(
        "the other is told",
        () -> {
          nanos.addAndGet(Deliveries.POLL.toNanos());
          return events(second).contains("other/1/1");
        });
    assertThat(first.received()).as("those before it").hasSizeLessThan(30);

    first.behave(Receiver.status(200, ""));
    pass(Duration.ofMinutes(10));
    untilTurned(
        "all are delivered",
        () -> {
          pass(Deliveries.POLL);
          return tallies.delivered.sum() == 31;
        });
  }

  @Test
  void secret_thatIsMissing_failsUntilItIsThere() throws Exception {
    secret = "chat";
    store.run("run-1", 1, 0);
    untilTurned("failed", () -> failed() == 1);
    assertThat(first.received()).isEmpty();
    assertThat(warnings())
        .singleElement()
        .asString()
        .endsWith("secret: 'chat' is not known to this server (expected: one of --secrets)");

    secrets.put("chat", "hunter2");
    pass(Duration.ofSeconds(1));
    untilTurned("delivered", () -> tallies.delivered.sum() == 1);

    assertThat(first.received().getFirst().header("serin-signature"))
        .matches("t=\\d+,v1=[0-9a-f]{64}");
  }

  @Test
  void notification_ofNoRun_isDroppedAndOneThatCannotBeReadHoldsUpNoOther() throws Exception {
    store.run("nobody", 1, 0);
    store.run("broken", 1, 0);
    store.run("run-1", 1, 0);
    NoticeSource breaking =
        waiting -> {
          if (waiting.run().equals("broken")) {
            throw new IllegalArgumentException("checksum: 1 (expected: 2)");
          }
          return waiting.run().equals("nobody")
              ? Optional.empty()
              : Optional.of(new Notice(first.url(), "", RolloutTransition.getDefaultInstance()));
        };
    deliveries = new Deliveries(store.outbox, breaking, webhooks, nanos::get, tallies, () -> {});

    untilTurned("delivered", () -> tallies.delivered.sum() == 1);

    assertThat(store.outbox.waiting().count()).as("the broken one").isEqualTo(1);
    assertThat(failed()).isEqualTo(1);
    assertThat(runsOf("; dropped")).containsExactly("nobody");
  }

  @Test
  void turns_withNothingDue_askTheStoreOnceInASecond() throws Exception {
    deliveries.turn();
    store.run("run-1", 1, 0);
    deliveries.turn();
    assertThat(first.received()).isEmpty();

    List<String> before = new ArrayList<>(events(first));
    nanos.addAndGet(Deliveries.POLL.toNanos());
    untilTurned("delivered", () -> tallies.delivered.sum() == 1);

    assertThat(before).isEmpty();
    assertThat(tallies.status(true).waiting()).isLessThanOrEqualTo(1);
    assertThat(tallies.status(false).waiting()).isZero();
  }
}
