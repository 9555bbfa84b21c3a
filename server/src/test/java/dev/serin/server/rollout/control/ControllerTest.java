package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.NAMESPACE;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.serin.server.Await;
import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.gate.GateAnswer;
import dev.serin.server.rollout.gate.OpenGate;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.GateOf;
import dev.serin.server.rollout.machine.HoldCause;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import dev.serin.v1.AwaitedReplica;
import dev.serin.v1.Verdict;
import dev.serin.v1.VerdictAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the controller does by itself with runs of real documents, on real stores. */
@ParameterizedClass
@EnumSource(TestStore.class)
class ControllerTest {
  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica process;

  ControllerTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    process = world.process();
    world.apply(ERRORS, feature("checkout"), feature("search"));
  }

  @AfterEach
  void close() {
    process.controller.close();
    world.close();
  }

  private void start(String key, String stages, String more) {
    world.apply(rollout(key, stages, more));
    assertThat(process.command(CommandKind.START, key).moved()).isTrue();
  }

  /** Why a run stays where it is, for people. */
  private String because(String key) {
    return process.controller.because(world.run(key).stored().origin().run());
  }

  @Test
  void run_nothingWorse_isPromotedToTheEnd() {
    start("checkout", SHORT_STAGES, "");

    world.seconds(process, 10);

    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "RUNNING(2)", "COMPLETED(2)");
    assertThat(world.served("checkout"))
        .containsExactly("RUNNING(1) 10 %", "RUNNING(2) 100 %", "COMPLETED(2) 100 % over");
    world.assertWhole("checkout");
    assertThat(process.controller.status().held()).as("it is over").isZero();
  }

  @Test
  void run_treatmentWorse_isRolledBackOnceHoldersAcknowledge() {
    start("checkout", SHORT_STAGES.replace("3s", "10m"), "");
    world.traffic.treatmentErrors.put("checkout", 0.3);
    world.awaited =
        List.of(
            AwaitedReplica.newBuilder().setName("pid 7 on a").build(),
            AwaitedReplica.newBuilder()
                .setName("pid 9 on b")
                .setSilent(Durations.fromSeconds(12))
                .build());

    world.seconds(process, 10);

    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "ROLLING_BACK(1)");
    LoggedEntry entry = world.log("checkout").getLast();
    assertThat(entry.stored().reason()).contains("errors");
    assertThat(entry.evidence().verdict().orElseThrow().getAction())
        .isEqualTo(VerdictAction.VERDICT_ACTION_ROLL_BACK);
    assertThat(entry.evidence().judged()).as("what it was decided on").isPresent();
    assertThat(because("checkout"))
        .isEqualTo("waits until the control is served by pid 7 on a, pid 9 on b (silent for 12 s)");

    world.awaited = List.of();
    world.seconds(process, 1);

    assertThat(world.phases("checkout")).last().isEqualTo("ROLLED_BACK(1)");
    assertThat(world.served("checkout"))
        .containsExactly("RUNNING(1) 10 %", "ROLLED_BACK(1) 0 %", "ROLLED_BACK(1) 0 % over");
    world.assertWhole("checkout");
  }

  @Test
  void runs_sideBySide_areJudgedEachByItsOwn() {
    start("checkout", SHORT_STAGES.replace("3s", "8s"), "");
    start("search", SHORT_STAGES.replace("3s", "8s"), "");
    world.traffic.treatmentErrors.put("search", 0.3);

    world.seconds(process, 20);

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(world.run("search").state().phase()).isEqualTo(Phase.ROLLED_BACK);
  }

  @Test
  void killSwitch_setAndLifted_holdsTheRunAndGivesItBack() {
    start("checkout", SHORT_STAGES, "");
    world.seconds(process, 1);
    world.catalog.kill(NAMESPACE, "checkout", new Note("eve", "pages are blank"));

    world.seconds(process, 8);

    assertThat(world.run("checkout").state().hold()).isEqualTo(HoldCause.KILLED);
    LoggedEntry entry = world.log("checkout").getLast();
    assertThat(entry.stored().actor()).isEqualTo("eve");
    assertThat(entry.stored().reason()).contains("pages are blank");

    world.catalog.revive(NAMESPACE, "checkout", new Note("eve", "mended"));
    world.seconds(process, 12);

    assertThat(world.phases("checkout"))
        .containsExactly("RUNNING(1)", "HOLDING(1)", "RUNNING(1)", "RUNNING(2)", "COMPLETED(2)");
    world.assertWhole("checkout");
  }

  @Test
  void killSwitch_setBetweenDecisionAndWrite_comesFirst() {
    ControlWorld.Replica late =
        world
        .new Replica(
            new ControllerSteps() {
              private boolean killed;

              @Override
              public void decided(String run) {
                if (!killed) {
                  killed = true;
                  world.catalog.kill(NAMESPACE, "checkout", new Note("eve", "stop"));
                }
              }
            });
    start("checkout", SHORT_STAGES, "");

    world.seconds(late, 6);

    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "HOLDING(1)");
    assertThat(world.run("checkout").state().killed()).isTrue();
    assertThat(world.served("checkout"))
        .as("no traffic was raised")
        .containsExactly("RUNNING(1) 10 %");
    world.assertWhole("checkout");
    late.controller.close();
  }

  @Test
  void commandOfAPerson_betweenReadAndWrite_winsAndTheRestIsDecidedAnew() {
    ControlWorld.Replica late =
        world
        .new Replica(
            new ControllerSteps() {
              private boolean paused;

              @Override
              public void decided(String run) {
                if (!paused) {
                  paused = true;
                  process.command(CommandKind.PAUSE, "checkout");
                }
              }
            });
    start("checkout", SHORT_STAGES, "");

    world.seconds(late, 8);

    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "PAUSED(1)");
    process.command(CommandKind.RESUME, "checkout");
    world.seconds(late, 10);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    world.assertWhole("checkout");
    late.controller.close();
  }

  @Test
  void evidence_old_holdsTheRunAndIsNoDwell() {
    start("checkout", SHORT_STAGES.replace("3s", "20s"), "");
    world.seconds(process, 5);
    world.traffic.age = Optional.of(Duration.ofSeconds(12));

    world.seconds(process, 40);

    assertThat(world.run("checkout").state().hold()).isEqualTo(HoldCause.STALE_EVIDENCE);
    world.traffic.age = Optional.of(Duration.ZERO);
    world.seconds(process, 10);
    assertThat(world.run("checkout").state().stage()).as("what was stale is no dwell").isEqualTo(1);
    world.seconds(process, 50);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    world.assertWhole("checkout");
  }

  @Test
  void evidence_thatGrewOldBeforeTheDecision_promotesNothing() {
    boolean[] slow = new boolean[1];
    ControlWorld.Replica late =
        world
        .new Replica(
            new ControllerSteps() {
              @Override
              public void read(String run) {
                if (slow[0]) {
                  slow[0] = false;
                  world.now = world.now.plusSeconds(11);
                }
              }
            });
    start("checkout", SHORT_STAGES, "");
    world.seconds(late, 2);
    slow[0] = true;

    world.seconds(late, 1);

    assertThat(world.run("checkout").state().hold()).isEqualTo(HoldCause.STALE_EVIDENCE);
    late.controller.close();
  }

  /** It was started, and the store was away before anybody looked at it. */
  @Test
  void run_startedBeforeAnOutage_countsItForNoDwell() {
    world.seconds(process, 1);
    start("checkout", SHORT_STAGES.replace("3s", "20m"), "");
    world.now = world.now.plus(Duration.ofHours(1));

    process.controller.tick();
    world.seconds(process, 2);

    assertThat(world.run("checkout").state().stage()).isEqualTo(1);
    assertThat(world.run("checkout").state().dwell(world.now)).isLessThan(Duration.ofSeconds(20));
    world.assertWhole("checkout");
  }

  @Test
  void turns_thatAreSlow_writeNoEntryEachAndAreNoDwellBeyondTenSeconds() {
    start("checkout", SHORT_STAGES.replace("3s", "10m"), "");
    world.seconds(process, 1);

    for (int turn = 1; turn <= 15; turn++) {
      world.pass(Duration.ofSeconds(12));
      process.controller.tick();
    }
    assertThat(world.log("checkout")).as("30 s that nobody saw").hasSize(1);
    world.pass(Duration.ofSeconds(12));
    process.controller.tick();

    assertThat(world.log("checkout")).hasSize(2);
    assertThat(world.log("checkout").getLast().stored().reason()).startsWith("nobody looked for");
    assertThat(world.run("checkout").state().times().dwell())
        .as("193 s, of which 16 times 2 s unseen")
        .isEqualTo(Duration.ofSeconds(161));
    world.assertWhole("checkout");
  }

  @Test
  void clock_aheadForAWhile_stopsNoDwellWhenItIsSetBack() {
    start("checkout", SHORT_STAGES.replace("3s", "20s"), "");
    world.seconds(process, 5);
    world.clockAhead = Duration.ofSeconds(30);
    world.seconds(process, 2);
    world.clockAhead = Duration.ZERO;

    world.seconds(process, 20);

    assertThat(world.run("checkout").state().stage()).isEqualTo(2);
    world.assertWhole("checkout");
  }

  @Test
  void view_cannotBeAsked_holdsAfterTenSecondsAndGoesOn() {
    start("checkout", SHORT_STAGES.replace("3s", "30s"), "");
    world.seconds(process, 5);
    world.traffic.age = Optional.empty();

    world.seconds(process, 9);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.RUNNING);
    world.seconds(process, 9);

    assertThat(world.run("checkout").state().hold()).isEqualTo(HoldCause.STALE_EVIDENCE);
    world.traffic.age = Optional.of(Duration.ZERO);
    world.seconds(process, 90);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    world.assertWhole("checkout");
  }

  @Test
  void traffic_stopped_holdsTheRunForThatReason() {
    start("checkout", SHORT_STAGES.replace("3s", "20m"), "");
    world.seconds(process, 2);
    world.traffic.flows = false;

    for (int i = 0; i < 70; i++) {
      world.pass(Duration.ofSeconds(5));
      process.controller.tick();
    }

    assertThat(world.run("checkout").state().hold()).isEqualTo(HoldCause.VERDICT);
    assertThat(world.log("checkout").getLast().stored().reason()).contains("no traffic");
    world.assertWhole("checkout");
  }

  @Test
  void run_thatCannotBeRead_stopsNoOther() {
    start("checkout", SHORT_STAGES, "");
    start("search", SHORT_STAGES, "");
    world.database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate("UPDATE rollout_run SET documents = :junk WHERE rollout = 'search'")
                .bind("junk", new byte[] {1, 2, 3, 4, 5, 6})
                .execute());

    for (int i = 0; i < 10; i++) {
      world.now = world.now.plus(ControlWorld.TICK);
      world.traffic.serve(world.run("checkout"), world.now);
      process.controller.tick();
    }

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(process.controller.status().failing()).isEqualTo(1);
    assertThat(world.journal.newest(NAMESPACE, "search").orElseThrow().version()).isEqualTo(1);
  }

  @Test
  void gates_ofAllKinds_areWaitedForInTheirOrder() {
    world.apply(feature("search"), rollout("search", SHORT_STAGES, ""));
    world.apply(feature("payments").replace("key: payments", "key: payments\n  disabled: true"));
    start(
        "checkout",
        """
        - name: canary
          kind: canary
          share: 10
          dwell: 3s
          minimum_users: 10
          gates:
          - {approval: release}
          - {bake: 5s}
          - {feature: payments}
          - {rollout: search}
          - {webhook: {url: "http://ci.example.com"}}
        - {name: full, kind: full, share: 100, dwell: 3s, minimum_users: 10}
        """,
        "");
    assertThat(world.served("checkout")).containsExactly("WAITING(0) 0 %");
    world.seconds(process, 3);
    assertThat(world.run("checkout").state().gate()).isZero();
    assertThat(because("checkout")).isEqualTo("waits for an approval by release");
    process.commands.apply(ControlWorld.approval("checkout", new GateOf(1, 0)));
    world.seconds(process, 4);
    assertThat(world.run("checkout").state().gate()).as("it bakes").isEqualTo(1);
    world.seconds(process, 4);
    assertThat(world.run("checkout").state().gate()).as("payments is off").isEqualTo(2);
    world.apply(feature("payments"));
    world.seconds(process, 3);
    assertThat(world.run("checkout").state().gate()).as("search is not completed").isEqualTo(3);
    start("search", SHORT_STAGES, "");
    world.seconds(process, 12);
    assertThat(world.run("checkout").state().gate()).as("the webhook is asked").isEqualTo(4);
    OpenGate asked = world.webhooks.asked.getLast();
    assertThat(world.webhooks.kept).containsExactly(asked.id());
    assertThat(asked.stageName()).isEqualTo("canary");
    assertThat(because("checkout")).isEqualTo("waits for the webhook http://ci.example.com");
    world.webhooks.failed = "2 attempts failed, last: answered 500: oh";
    world.seconds(process, 1);
    assertThat(because("checkout"))
        .isEqualTo(
            "waits for the webhook http://ci.example.com: 2 attempts failed, last: answered 500:"
                + " oh");

    world.webhooks.next.add(new GateAnswer(asked.id(), false, "tests fail"));
    world.seconds(process, 2);
    assertThat(world.run("checkout").state().gateRefused()).isTrue();
    assertThat(world.webhooks.kept).as("nobody asks it any more").isEmpty();
    assertThat(because("checkout"))
        .isEqualTo(
            "the webhook http://ci.example.com refused; resume asks again, advance goes on"
                + " without");
    process.command(CommandKind.RESUME, "checkout");
    world.seconds(process, 1);
    OpenGate again = world.webhooks.asked.getLast();
    assertThat(again.id()).isNotEqualTo(asked.id());
    world.webhooks.next.add(new GateAnswer(again.id(), true, "tests pass"));
    world.seconds(process, 15);

    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.COMPLETED);
    world.assertWhole("checkout");
  }

  @Test
  void gate_answeredAfterAGap_countsItForNothing() {
    start(
        "checkout",
        SHORT_STAGES.replace(
            "share: 100, dwell: 3s,",
            "share: 100, dwell: 3s, gates: [{webhook: {url: \"http://ci.example.com\"}}],"),
        "");
    world.seconds(process, 5);
    assertThat(world.run("checkout").state().phase()).isEqualTo(Phase.GATE);
    world.now = world.now.plus(Duration.ofHours(1));
    world.webhooks.next.add(new GateAnswer(world.webhooks.asked.getLast().id(), true, "passed"));

    process.controller.tick();

    assertThat(world.run("checkout").state().gate()).as("it is passed").isEqualTo(1);
    assertThat(world.run("checkout").state().times().served())
        .as("an hour in which nobody looked")
        .isLessThan(Duration.ofSeconds(20));
    world.assertWhole("checkout");
  }

  @Test
  void webhook_acrossEntriesThatLeaveTheRunThere_isOneQuestionUntilAPersonAsksAgain() {
    start(
        "checkout",
        SHORT_STAGES.replace(
            "share: 100, dwell: 3s,",
            "share: 100, dwell: 3s, gates: [{webhook: {url: \"http://ci.example.com\"}}],"),
        "");
    world.seconds(process, 5);
    OpenGate first = world.webhooks.asked.getLast();

    // A gap between looks is an entry of the log.
    world.now = world.now.plus(Duration.ofHours(1));
    world.seconds(process, 2);
    OpenGate later = world.webhooks.asked.getLast();
    assertThat(world.run("checkout").stored().version()).isGreaterThan(first.id().entry());
    assertThat(later.id()).isEqualTo(first.id());
    assertThat(later.waited())
        .as("an hour in which nobody looked")
        .isBetween(first.waited(), Duration.ofSeconds(30));

    world.dismiss();
    ControlWorld.Replica next = world.process();
    world.seconds(next, 3);
    assertThat(world.webhooks.asked.getLast().id()).as("by another holder").isEqualTo(first.id());

    next.command(CommandKind.PAUSE, "checkout");
    next.command(CommandKind.RESUME, "checkout");
    world.seconds(next, 2);
    OpenGate again = world.webhooks.asked.getLast();
    assertThat(again.id().entry())
        .isGreaterThan(first.id().entry())
        .isEqualTo(world.run("checkout").stored().version());
    assertThat(again.waited()).isLessThan(Duration.ofSeconds(5));
    next.controller.close();
  }

  @Test
  void notification_ofATransition_isWrittenWithItWhereItIsWanted() {
    start(
        "checkout",
        SHORT_STAGES,
        """
        notify:
        - {url: "http://all.example.com"}
        - {url: "http://end.example.com", on: [completed]}
        """);
    world.seconds(process, 10);

    List<String> due =
        world.database.read(
            handle ->
                handle
                    .createQuery(
                        "SELECT number, target FROM rollout_notification ORDER BY number, target")
                    .map((row, context) -> row.getLong("number") + "/" + row.getInt("target"))
                    .list());
    assertThat(due).containsExactly("1/0", "2/0", "3/0", "3/1");
  }

  @Test
  void judge_ofLooksThatMoveNothing_isKeptForTheNextHolder() {
    start("checkout", SHORT_STAGES.replace("3s", "10m"), "");
    world.traffic.treatmentErrors.put("checkout", 0.007);
    world.seconds(process, 20);
    assertThat(world.run("checkout").stored().version()).isEqualTo(1);

    assertThat(world.run("checkout").stored().judge().isEmpty()).isFalse();
    assertThat(process.verdict("checkout").getAction())
        .isEqualTo(VerdictAction.VERDICT_ACTION_GO_ON);
  }

  @Test
  void verdict_ofARunThatIsHeld_isTheLastLook() {
    start("checkout", SHORT_STAGES, "");
    assertThat(process.controller.verdict("another")).isEmpty();
    world.seconds(process, 2);

    Verdict asked = process.verdict("checkout");
    assertThat(asked.getTime().getSeconds()).isEqualTo(world.now.getEpochSecond());
    assertThat(asked.hasPromotedMedian()).isTrue();
    process.command(CommandKind.PAUSE, "checkout");
    LoggedEntry paused = world.log("checkout").getLast();
    Verdict known = paused.evidence().verdict().orElseThrow();
    assertThat(known.hasPromotedMedian()).as("a forecast is over soon").isFalse();
    assertThat(known).isEqualTo(asked.toBuilder().clearPromotedMedian().clearPromotedP90().build());
    assertThat(paused.event().orElseThrow()).isInstanceOf(Event.Command.class);
  }

  @Test
  void thread_thatAnErrorComesTo_goesOn() throws Exception {
    start("checkout", SHORT_STAGES, "");
    world.traffic.error = Optional.of(new OutOfMemoryError("of a test"));
    process.controller.start();
    Await.until("a tick fails", () -> process.controller.status().failedTicks() > 0);

    world.traffic.error = Optional.empty();
    long ticks = process.controller.status().ticks();

    Await.until("a tick that ends", () -> process.controller.status().ticks() > ticks);
    assertThat(process.controller.status().leads()).isTrue();
  }

  @Test
  void runs_thatAreHeld_areShownAsTheyStand() {
    start("checkout", SHORT_STAGES, "");
    assertThat(process.controller.runs()).isEmpty();
    world.seconds(process, 2);

    assertHeld();
    world.seconds(process, 2);
    assertThat(world.run("checkout").state().stage()).isEqualTo(2);
    assertHeld();
  }

  private void assertHeld() {
    RunView stored = world.run("checkout");
    assertThat(process.controller.runs())
        .singleElement()
        .satisfies(held -> assertThat(held.state()).isEqualTo(stored.state()))
        .satisfies(held -> assertThat(held.stored().version()).isEqualTo(stored.state().version()));
  }
}
