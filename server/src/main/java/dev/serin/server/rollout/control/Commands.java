package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.catalog.RunServing;
import dev.serin.server.catalog.StaleNamespaceException;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.error.RunErrors;
import dev.serin.server.rollout.journal.Answer;
import dev.serin.server.rollout.journal.Answer.Outcome;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.Request;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.journal.Written;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.GateOf;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.v1.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What people ask of runs, on any replica: read, decided by the machine, written; decided again
 * where somebody else came first.
 *
 * <p>Each request is done at most once. One that comes again under its id is told the first answer,
 * whatever the run has done since; a refusal is an answer, too. A start that is refused leaves
 * none, as there is no run to give it on: asked again, it is decided again.
 *
 * <p>Safe for all threads; blocks for the store.
 */
public final class Commands {
  /** Times a command is decided before it gives up: others move the run too fast. */
  static final int MAX_ATTEMPTS = 5;

  /** Why a request that is done already is refused, where that is not known yet. */
  private static final Set<ErrorReason> MAY_BE_OF_ITSELF =
      Set.of(ErrorReason.ROLLOUT_ACTIVE, ErrorReason.RUN_STATE, ErrorReason.RUN_VERSION_CONFLICT);

  private final Journal journal;
  private final ControllerLease lease;
  private final RunServing serving;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Function<String, Optional<Verdict>> lastVerdict;
  private final Runnable changed;
  private final Runs runs;
  private final Starts starts;
  private final SettledWrites writes;

  /**
   * Commands to the runs of a store.
   *
   * @param lease tells how long nobody has looked at runs
   * @param random draws ids of runs and requests; safe for all threads
   * @param lastVerdict the last look at a run, by its id: kept with the entry, which so tells what
   *     was known. IllegalArgumentException: this version of the server cannot read it
   * @param changed called after a run was moved
   */
  public Commands(
      Journal journal,
      ControllerLease lease,
      RunCatalog catalog,
      RunServing serving,
      InstantSource clock,
      RandomGenerator random,
      Function<String, Optional<Verdict>> lastVerdict,
      Runnable changed) {
    this.journal = journal;
    this.lease = lease;
    this.serving = serving;
    this.clock = clock;
    this.random = random;
    this.lastVerdict = lastVerdict;
    this.changed = changed;
    runs = new Runs(journal);
    writes = new SettledWrites(journal);
    starts = new Starts(journal, catalog, () -> logTime(lease.sight()), random);
  }

  /**
   * A command.
   *
   * @param namespace of the rollout
   * @param rollout its key
   * @param kind what is asked; neither KILL nor REVIVE, which are the feature's kill switch
   * @param expectedVersion version that the newest run must have, 0: never started; empty: any
   * @param actor who; not empty
   * @param reason why; may be empty
   * @param requestId drawn by whoever asks, unique in the namespace; empty: drawn here, so that a
   *     retry is another request
   * @param gate that an approval is for; empty: the one that is open
   */
  public record Asked(
      String namespace,
      String rollout,
      CommandKind kind,
      OptionalLong expectedVersion,
      String actor,
      String reason,
      String requestId,
      Optional<GateOf> gate) {
    /** Checks that all is there, and that it is no kill switch. */
    public Asked {
      requireNonNull(namespace, "namespace");
      requireNonNull(rollout, "rollout");
      requireNonNull(expectedVersion, "expectedVersion");
      requireNonNull(actor, "actor");
      requireNonNull(reason, "reason");
      requireNonNull(requestId, "requestId");
      requireNonNull(gate, "gate");
      if (kind == CommandKind.KILL || kind == CommandKind.REVIVE) {
        throw new IllegalArgumentException(
            "kind: " + kind + " (expected: a run's command; a kill switch is a feature's)");
      }
    }

    /** All that has to be equal for it to be the same request. */
    private String text() {
      return String.join(
          "\n",
          kind.name(),
          rollout,
          expectedVersion.isPresent() ? Long.toString(expectedVersion.getAsLong()) : "",
          gate.map(it -> it.stage() + "/" + it.gate()).orElse(""),
          actor,
          reason);
    }
  }

  /**
   * What came of a command.
   *
   * @param run after it
   * @param moved false: nothing, as it was so already
   * @param because why it did nothing; empty where it moved the run
   */
  public record Told(RunView run, boolean moved, String because) {
    /** Checks that all is there. */
    public Told {
      requireNonNull(run, "run");
      requireNonNull(because, "because");
    }
  }

  /**
   * Does what is asked.
   *
   * @throws ApiException {@code NAMESPACE_NOT_FOUND}; {@code DOCUMENT_NOT_FOUND} and {@code
   *     INVALID_DOCUMENT} of a start; {@code RUN_NOT_FOUND} where it was never started; {@code
   *     ROLLOUT_ACTIVE} where the split has an active run; {@code RUN_STATE} where the state does
   *     not allow it; {@code RUN_UNREADABLE} where this version of the server cannot read the run;
   *     {@code RUN_VERSION_CONFLICT}; {@code REQUEST_ID_REUSED}; {@code STORE_UNAVAILABLE}, and
   *     {@code CHANGE_UNCERTAIN} where nobody knows whether it was done
   */
  public Told apply(Asked asked) {
    Request request =
        new Request(
            asked.namespace(),
            asked.requestId().isEmpty() ? Ids.draw(random) : asked.requestId(),
            asked.text());
    Optional<Written> before =
        asked.requestId().isEmpty() ? Optional.empty() : journal.answered(request);
    if (before.isPresent()) {
      return told(asked, request, before.get()).orElseThrow();
    }
    try {
      return decide(asked, request);
    } catch (ApiException refused) {
      return firstAnswer(asked, request, refused);
    }
  }

  private Told decide(Asked asked, Request request) {
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      Optional<Told> told =
          asked.kind() == CommandKind.START ? start(asked, request) : command(asked, request);
      if (told.isPresent()) {
        return told.get();
      }
    }
    throw RunErrors.moving(
        asked.rollout(),
        journal.newest(asked.namespace(), asked.rollout()).map(StoredRun::version).orElse(0L));
  }

  /**
   * What is told instead of a refusal: where a first attempt under the same id was written since
   * this one asked for its answer, the run stands as it does because of that.
   */
  private Told firstAnswer(Asked asked, Request request, ApiException refused) {
    if (asked.requestId().isEmpty() || !MAY_BE_OF_ITSELF.contains(refused.reason())) {
      throw refused;
    }
    return journal
        .answered(request)
        .flatMap(written -> told(asked, request, written))
        .orElseThrow(() -> refused);
  }

  /** Empty: somebody else came first. */
  private Optional<Told> start(Asked asked, Request request) {
    Starts.Begun begun = starts.decide(asked);
    String run = begun.origin().run();
    Move first = Moves.of(run, begun.plan(), begun.moved(), EntryEvidence.NONE, Optional.empty());
    ServedMove served =
        new ServedMove(
            serving,
            begun.origin(),
            begun.plan(),
            begun.pending(),
            begun.moved(),
            OptionalLong.of(begun.revision()));
    Written written;
    try {
      written = writes.write(request, () -> journal.start(begun.origin(), first, request, served));
    } catch (StaleNamespaceException | KilledException e) {
      return Optional.empty();
    }
    if (written instanceof Written.Done) {
      MoveLines.say(begun.origin(), begun.moved().entry());
      changed.run();
      return Optional.of(new Told(started(begun, first), true, ""));
    }
    return told(asked, request, written);
  }

  /** The run that was made; as it was decided where the store went away since. */
  private RunView started(Starts.Begun begun, Move first) {
    try {
      return runs.find(begun.origin().run()).orElseThrow().require();
    } catch (ApiException away) {
      return begun.after(first);
    }
  }

  private Optional<Told> command(Asked asked, Request request) {
    StoredRun stored =
        journal.newest(asked.namespace(), asked.rollout()).orElseThrow(() -> starts.absent(asked));
    requireVersion(asked, stored.version());
    RunView run = runs.read(stored).require();
    ControllerLease.Sight sight = lease.sight();
    Instant now = logTime(sight);
    // What nobody saw pass counts for nothing, whoever moves the run next.
    Event.Command event =
        new Event.Command(
            asked.kind(),
            asked.actor(),
            asked.reason(),
            asked.gate(),
            sight.sinceLook(stored, now));
    RolloutMachine machine = new RolloutMachine(run.plan());
    return switch (machine.apply(run.state(), event, now)) {
      case Step.Moved moved -> {
        try {
          yield move(asked, request, run, moved);
        } catch (KilledException e) {
          yield answer(
              asked, request, run, Outcome.REFUSED, whileKilled(machine, run.state(), event, now));
        }
      }
      case Step.Stayed stayed -> answer(asked, request, run, Outcome.STAYED, stayed.because());
      case Step.Refused refused -> answer(asked, request, run, Outcome.REFUSED, refused.because());
    };
  }

  /**
   * Now, by the clock of this replica, or by the holder's where this one is ahead of it: what a log
   * is ahead is dwell that nobody saw, and stands still until the holder has come up with it.
   */
  private Instant logTime(ControllerLease.Sight sight) {
    Instant mine = clock.instant();
    return sight
        .now()
        .filter(holders -> mine.isAfter(holders.plus(RolloutMachine.FRESH)))
        .orElse(mine);
  }

  private Optional<Told> move(Asked asked, Request request, RunView run, Step.Moved moved) {
    StoredRun stored = run.stored();
    Move move =
        Moves.of(
            stored.origin().run(),
            run.plan(),
            moved,
            new EntryEvidence(known(stored.origin().run()), Optional.empty()),
            Optional.empty());
    ServedMove served =
        new ServedMove(
            serving, stored.origin(), run.plan(), run.state(), moved, OptionalLong.empty());
    Written written = writes.write(request, () -> journal.command(move, request, served));
    if (written instanceof Written.Done) {
      MoveLines.say(stored.origin(), moved.entry());
      changed.run();
      RunView after =
          new RunView(Moves.after(stored, move), run.plan(), run.metrics(), moved.state());
      return Optional.of(new Told(after, true, ""));
    }
    return told(asked, request, written);
  }

  /** What was known of a run: nothing that a command is refused for, as it may be a rollback. */
  private Optional<Verdict> known(String run) {
    try {
      return lastVerdict.apply(run);
    } catch (IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  private Optional<Told> answer(
      Asked asked, Request request, RunView run, Outcome outcome, String because) {
    StoredRun stored = run.stored();
    Answer answer = new Answer(stored.origin().run(), stored.version(), outcome, because);
    Written written = writes.write(request, () -> journal.answer(request, answer));
    return written instanceof Written.Done
        ? Optional.of(told(asked, run, answer))
        : told(asked, request, written);
  }

  /** What the machine says of a command once the kill switch has been noted. */
  static String whileKilled(
      RolloutMachine machine, MachineState state, Event.Command event, Instant now) {
    Event kill = new Event.Command(CommandKind.KILL, RolloutMachine.SERIN, "");
    MachineState killed =
        machine.apply(state, kill, now) instanceof Step.Moved moved ? moved.state() : state;
    return switch (machine.apply(killed, event, now)) {
      case Step.Refused refused -> refused.because();
      case Step.Stayed stayed -> stayed.because();
      case Step.Moved moved ->
          throw new IllegalStateException(
              event.kind() + " moves a killed run to " + moved.state().phase());
    };
  }

  static void requireVersion(Asked asked, long actual) {
    OptionalLong expected = asked.expectedVersion();
    if (expected.isPresent() && expected.getAsLong() != actual) {
      throw RunErrors.versionConflict(asked.rollout(), actual, expected.getAsLong());
    }
  }

  /** Empty: somebody else came first, and it has to be decided again. */
  private Optional<Told> told(Asked asked, Request request, Written written) {
    return switch (written) {
      case Written.Answered answered -> {
        RunView run = answeredRun(answered.first());
        yield Optional.of(told(asked, run, answered.first()));
      }
      case Written.Reused reused -> throw RunErrors.requestIdReused(request.id(), reused.asked());
      case Written.Taken taken -> throw active(asked, taken.run());
      case Written.Stale stale -> Optional.empty();
      case Written.Done done -> throw unexpected(done);
      case Written.Unheld unheld -> throw unexpected(unheld);
    };
  }

  /** Names the rollout too: people know a run by it. */
  private ApiException active(Asked asked, String run) {
    String owner = journal.find(run).map(found -> found.origin().rollout()).orElse("");
    return RunErrors.active(asked.rollout(), owner, run);
  }

  /** That of an answer: it is written, and only what came of it may be unknown. */
  private RunView answeredRun(Answer first) {
    try {
      return runs.find(first.run()).orElseThrow().require();
    } catch (ApiException away) {
      throw away.reason() == ErrorReason.STORE_UNAVAILABLE ? ApiErrors.changeUncertain(away) : away;
    }
  }

  private static IllegalStateException unexpected(Written written) {
    return new IllegalStateException(written + " of a command");
  }

  private static Told told(Asked asked, RunView run, Answer answer) {
    if (answer.outcome() == Outcome.REFUSED) {
      throw RunErrors.state(
          asked.rollout(), run.state().phase().name(), answer.version(), answer.because());
    }
    return new Told(run, answer.outcome() == Outcome.MOVED, answer.because());
  }

  static String named(Asked asked) {
    return "rollout/" + asked.rollout();
  }
}
