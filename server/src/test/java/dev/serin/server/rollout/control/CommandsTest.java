package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static dev.serin.server.rollout.control.ControlWorld.NAMESPACE;
import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.ControlWorld.asked;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.server.catalog.Note;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.rollout.control.Commands.Told;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.GateOf;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What people ask of runs, without a controller. */
@ParameterizedClass
@EnumSource(TestStore.class)
class CommandsTest {
  private static final int SENDERS = 4;

  private static final int ROUNDS = 20;

  private final TestStore kind;
  @TempDir Path directory;
  private ControlWorld world;
  private ControlWorld.Replica person;

  CommandsTest(TestStore kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    world = new ControlWorld(kind.fresh(directory));
    person = world.process();
    world.apply(ERRORS, feature("checkout"), rollout("checkout", SHORT_STAGES, ""));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static ErrorReason refused(ThrowingCallable call) {
    return catchThrowableOfType(ApiException.class, call).reason();
  }

  private long revision() {
    return world.catalog.scene(NAMESPACE, "checkout").revision();
  }

  @Test
  void start_ofAStoredRollout_makesARunThatServesItsFirstStage() {
    long before = revision();

    Told told = person.command(CommandKind.START, "checkout");

    assertThat(told.moved()).isTrue();
    assertThat(told.run().stored().number()).isEqualTo(1);
    assertThat(told.run().state().phase()).isEqualTo(Phase.RUNNING);
    assertThat(told.run().metrics()).hasSize(1);
    assertThat(revision()).isEqualTo(before + 1);
    assertThat(world.served("checkout")).containsExactly("RUNNING(1) 10 %");
    assertThat(world.story("checkout"))
        .containsExactly("1 0s RUNNING(1) ann: started: stage 1 \"canary\" at 10 %: as planned");
    world.assertWhole("checkout");
  }

  @Test
  void start_ofWhatCannotRun_isRefusedWithTheFieldsAndLeavesNothing() {
    world.apply(
        feature("search"),
        rollout("search", SHORT_STAGES, "").replace("split: half", "split: third"),
        rollout("ghost", SHORT_STAGES, ""),
        rollout("unmeasured", SHORT_STAGES, "")
            .replace("feature: unmeasured", "feature: search")
            .replace("errors", "eros"));

    assertThat(refused(() -> person.command(CommandKind.START, "nothing")))
        .isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(violation("ghost")).isEqualTo("rollout/ghost: feature");
    assertThat(violation("search")).isEqualTo("rollout/search: split");
    assertThat(violation("unmeasured")).isEqualTo("rollout/unmeasured: guardrails[0].metric");
    assertThat(world.journal.activeVersions()).isEmpty();
  }

  @Test
  void start_withGatesOnWhatIsNotThere_isRefusedUntilItIs() {
    world.apply(
        rollout(
            "checkout",
            SHORT_STAGES.replace(
                "share: 100,", "share: 100, gates: [{feature: payments}, {rollout: search}],"),
            ""));

    ApiException refused =
        catchThrowableOfType(
            ApiException.class, () -> person.command(CommandKind.START, "checkout"));

    assertThat(refused.reason()).isEqualTo(ErrorReason.INVALID_DOCUMENT);
    assertThat(refused.violations())
        .extracting(FieldViolation::toString)
        .containsExactly(
            "rollout/checkout: stages[1].gates[0].feature: 'payments' (expected: a feature of the"
                + " namespace that is not archived)",
            "rollout/checkout: stages[1].gates[1].rollout: 'search' (expected: a rollout of the"
                + " namespace)");
    world.apply(feature("payments"), feature("search"), rollout("search", SHORT_STAGES, ""));
    assertThat(person.command(CommandKind.START, "checkout").moved()).isTrue();
  }

  private String violation(String rollout) {
    ApiException refused =
        catchThrowableOfType(ApiException.class, () -> person.command(CommandKind.START, rollout));
    assertThat(refused.reason()).isEqualTo(ErrorReason.INVALID_DOCUMENT);
    return refused.violations().getFirst().path();
  }

  @Test
  void start_whileARunIsActive_namesIt() {
    String run = person.command(CommandKind.START, "checkout").run().stored().origin().run();

    ApiException again =
        catchThrowableOfType(
            ApiException.class, () -> person.command(CommandKind.START, "checkout"));

    assertThat(again.reason()).isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    assertThat(again.metadata()).containsEntry("run", run);
    assertThat(again)
        .hasMessage(
            "rollout checkout: started already, its run %s is active (expected: one that is over)",
            run);
  }

  @Test
  void start_ofAnotherRolloutOfTheSplit_namesTheRunThatHasIt() {
    world.apply(rollout("other", SHORT_STAGES, "").replace("feature: other", "feature: checkout"));
    String run = person.command(CommandKind.START, "checkout").run().stored().origin().run();

    ApiException other =
        catchThrowableOfType(ApiException.class, () -> person.command(CommandKind.START, "other"));

    assertThat(other.reason()).isEqualTo(ErrorReason.ROLLOUT_ACTIVE);
    assertThat(other.metadata()).containsEntry("run", run).containsEntry("rollout", "checkout");
    assertThat(other)
        .hasMessage(
            "rollout other: the split has the active run %s of rollout checkout (expected: no"
                + " active run)",
            run);
  }

  @Test
  void start_whileKilled_isRefusedAndPossibleAfterwards() {
    world.catalog.kill(NAMESPACE, "checkout", new Note("eve", ""));
    assertThat(refused(() -> person.command(CommandKind.START, "checkout", "one")))
        .isEqualTo(ErrorReason.RUN_STATE);
    world.catalog.revive(NAMESPACE, "checkout", new Note("eve", ""));

    assertThat(person.command(CommandKind.START, "checkout", "one").moved()).isTrue();
  }

  @Test
  void start_afterARun_isANewOneWithDocumentsOfItsOwn() {
    person.command(CommandKind.START, "checkout");
    world.apply(rollout("checkout", SHORT_STAGES.replace("share: 10,", "share: 20,"), ""));
    assertThat(world.run("checkout").plan().stage(1).share().parts())
        .as("what is edited takes effect with the next run")
        .isEqualTo(10);
    person.command(CommandKind.CANCEL, "checkout");

    Told again = person.command(CommandKind.START, "checkout");

    assertThat(again.run().stored().number()).isEqualTo(2);
    assertThat(again.run().plan().stage(1).share().parts()).isEqualTo(20);
    assertThat(world.runs.newestOf(NAMESPACE, "", 10))
        .singleElement()
        .isEqualTo(again.run().stored());
  }

  @Test
  void request_thatComesTwice_isDoneOnceAndToldTheFirstAnswer() {
    person.command(CommandKind.START, "checkout", "start");
    Told first = person.command(CommandKind.PAUSE, "checkout", "pause");
    person.command(CommandKind.RESUME, "checkout", "resume");

    Told second = person.command(CommandKind.PAUSE, "checkout", "pause");

    assertThat(first.moved()).isTrue();
    assertThat(second.moved()).as("it did, then").isTrue();
    assertThat(second.run().state().phase()).as("it is not done again").isEqualTo(Phase.RUNNING);
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "PAUSED(1)", "RUNNING(1)");
    assertThat(person.command(CommandKind.START, "checkout", "start").moved()).isTrue();
  }

  @Test
  void request_ofAnIdThatAskedSomethingElse_isRefused() {
    person.command(CommandKind.START, "checkout", "one");

    assertThat(refused(() -> person.command(CommandKind.PAUSE, "checkout", "one")))
        .isEqualTo(ErrorReason.REQUEST_ID_REUSED);
  }

  @Test
  void refusal_toldOnce_staysTheAnswerToItsRequest() {
    person.command(CommandKind.START, "checkout");
    assertThat(refused(() -> person.command(CommandKind.APPROVE, "checkout", "yes")))
        .isEqualTo(ErrorReason.RUN_STATE);
    person.command(CommandKind.ROLL_BACK, "checkout");

    ApiException again =
        catchThrowableOfType(
            ApiException.class, () -> person.command(CommandKind.APPROVE, "checkout", "yes"));

    assertThat(again).hasMessageContaining("no gate waits for an approval");
  }

  @Test
  void command_onAVersionThatIsGone_isRefusedWithTheOneItHas() {
    person.command(CommandKind.START, "checkout");

    ApiException stale =
        catchThrowableOfType(
            ApiException.class,
            () ->
                person.commands.apply(
                    asked(CommandKind.PAUSE, "checkout", OptionalLong.of(7), "")));

    assertThat(stale.reason()).isEqualTo(ErrorReason.RUN_VERSION_CONFLICT);
    assertThat(stale.metadata()).containsEntry("version", "1");
    assertThat(
            person
                .commands
                .apply(asked(CommandKind.PAUSE, "checkout", OptionalLong.of(1), ""))
                .moved())
        .isTrue();
  }

  @Test
  void command_toWhatWasNeverStarted_isRefused() {
    assertThat(refused(() -> person.command(CommandKind.PAUSE, "checkout")))
        .isEqualTo(ErrorReason.RUN_NOT_FOUND);
  }

  @Test
  void command_thatRaisesTraffic_isRefusedWhileTheKillSwitchIsSetThoughNobodyNotedIt() {
    person.command(CommandKind.START, "checkout");
    world.catalog.kill(NAMESPACE, "checkout", new Note("eve", ""));

    assertThat(refused(() -> person.command(CommandKind.ADVANCE, "checkout")))
        .isEqualTo(ErrorReason.RUN_STATE);

    assertThat(world.served("checkout")).containsExactly("RUNNING(1) 10 %");
    assertThat(person.command(CommandKind.ROLL_BACK, "checkout").moved()).isTrue();
    assertThat(world.served("checkout")).containsExactly("RUNNING(1) 10 %", "ROLLED_BACK(1) 0 %");
    world.assertWhole("checkout");
  }

  /** As of a later version of the server, whose replica holds the lease. */
  @Test
  void command_toARunOfWhichTheLastLookCannotBeRead_isDone() {
    person.command(CommandKind.START, "checkout");
    Commands commands =
        new Commands(
            world.journal,
            person.lease,
            RunCatalog.of(world.catalog, (namespace, revision, staleAfter) -> List.of()),
            world.catalog.serving(),
            () -> world.now,
            new Random(7),
            run -> {
              throw new IllegalArgumentException("evidence of an entry: version 2");
            },
            () -> {});

    Told told = commands.apply(asked(CommandKind.ROLL_BACK, "checkout", OptionalLong.empty(), ""));

    assertThat(told.moved()).isTrue();
    assertThat(world.phases("checkout")).containsExactly("RUNNING(1)", "ROLLING_BACK(1)");
    assertThat(world.log("checkout").getLast().evidence()).isEqualTo(EntryEvidence.NONE);
  }

  @Test
  void approval_sentTwice_passesOneOfTwoGates() {
    world.apply(
        rollout(
            "checkout",
            SHORT_STAGES.replace("share: 10,", "share: 10, gates: [{approval: a}, {approval: b}],"),
            ""));
    person.command(CommandKind.START, "checkout");

    assertThat(person.commands.apply(ControlWorld.approval("checkout", new GateOf(1, 0))).moved())
        .isTrue();
    assertThat(person.commands.apply(ControlWorld.approval("checkout", new GateOf(1, 0))).moved())
        .isFalse();

    assertThat(world.run("checkout").state().gate()).isEqualTo(1);
    assertThat(world.served("checkout")).containsExactly("WAITING(0) 0 %");
  }

  @Test
  void cancel_beforeAnythingWasServed_leavesWhatTheDocumentSays() {
    world.apply(
        rollout(
            "checkout",
            SHORT_STAGES.replace("share: 10,", "share: 10, gates: [{approval: a}],"),
            ""));
    person.command(CommandKind.START, "checkout");

    person.command(CommandKind.CANCEL, "checkout");

    assertThat(world.served("checkout")).containsExactly("WAITING(0) 0 %", "WAITING(0) 0 % over");
    world.assertWhole("checkout");
  }

  @Test
  void promote_thenAdvance_completesTheRun() {
    person.command(CommandKind.START, "checkout");

    person.command(CommandKind.PROMOTE, "checkout");
    Told again = person.command(CommandKind.PROMOTE, "checkout");
    assertThat(again.moved()).isFalse();
    assertThat(again.because()).contains("already");
    person.command(CommandKind.ADVANCE, "checkout");

    assertThat(world.served("checkout"))
        .containsExactly("RUNNING(1) 10 %", "RUNNING(2) 100 %", "COMPLETED(2) 100 % over");
    assertThat(refused(() -> person.command(CommandKind.ROLL_BACK, "checkout")))
        .isEqualTo(ErrorReason.RUN_STATE);
    world.assertWhole("checkout");
  }

  @Test
  void command_ofAReplicaWhoseClockIsAhead_makesNoDwell() {
    person.command(CommandKind.START, "checkout");
    world.seconds(person, 2);
    Instant right = world.now;
    world.now = right.plus(Duration.ofHours(1));

    person.command(CommandKind.PAUSE, "checkout");

    MachineState paused = world.run("checkout").state();
    assertThat(paused.time()).as("as its holder has it").isBetween(right, right.plusSeconds(10));
    assertThat(paused.times().dwell()).isLessThan(Duration.ofSeconds(12));
    world.now = right;
    world.assertWhole("checkout");
  }

  @Test
  void command_whereNobodyLooked_countsThatTimeForNothing() {
    person.command(CommandKind.START, "checkout");
    world.seconds(person, 1);
    world.now = world.now.plus(Duration.ofMinutes(10));
    world.silentFor(Duration.ofMinutes(10));

    person.command(CommandKind.PAUSE, "checkout");

    assertThat(world.run("checkout").state().times().dwell())
        .isBetween(Duration.ZERO, Duration.ofSeconds(12));
  }

  /** A second attempt whose first one has not been answered yet; the version is the first one's. */
  @Test
  void request_sentByManyAtOnce_isDoneOnceAndToldAlikeToAll() throws Exception {
    assertThat(all(CommandKind.START, 0)).allMatch(Told::moved);
    for (long version = 1; version < ROUNDS; version++) {
      CommandKind command = version % 2 == 1 ? CommandKind.PAUSE : CommandKind.RESUME;

      assertThat(all(command, version)).hasSize(SENDERS).allMatch(Told::moved);
      assertThat(world.run("checkout").stored().version()).isEqualTo(version + 1);
    }
    assertThat(world.run("checkout").stored().number()).isEqualTo(1);
    world.assertWhole("checkout");
  }

  /** What all are told who send the same request at once. */
  private List<Told> all(CommandKind command, long version) throws Exception {
    CyclicBarrier begin = new CyclicBarrier(SENDERS);
    Callable<Told> sender =
        () -> {
          begin.await();
          return person.commands.apply(
              asked(command, "checkout", OptionalLong.of(version), "request " + version));
        };
    List<Told> told = new ArrayList<>();
    try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      for (Future<Told> one : senders.invokeAll(Collections.nCopies(SENDERS, sender))) {
        told.add(one.get());
      }
    }
    return told;
  }
}
