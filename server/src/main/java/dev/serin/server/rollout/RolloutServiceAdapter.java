package dev.serin.server.rollout;

import com.google.protobuf.Message;
import dev.serin.server.catalog.ApplyCommand;
import dev.serin.server.catalog.ApplyResult;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.DocumentWrite;
import dev.serin.server.catalog.Note;
import dev.serin.server.catalog.PageToken;
import dev.serin.server.catalog.RequestChecks;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.GateOf;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ApplyRolloutResponse;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.CommandRolloutResponse;
import dev.serin.v1.Document;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.StartRolloutResponse;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.WatchRolloutRequest;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * RolloutService: reads requests, tells everything that is wrong with one at once, and writes
 * answers. What it is asked is done by the catalog and by {@link Commands}.
 *
 * <p>Calls block for the store, but for WatchRollout, which hands over to {@link Watches}: the port
 * that serves them runs them on a bounded executor. Failures are thrown and leave through {@link
 * dev.serin.server.error.ErrorInterceptor}. Safe for all threads.
 */
public final class RolloutServiceAdapter extends RolloutServiceGrpc.RolloutServiceImplBase {
  /** Bytes of a request; a rollout of the largest texts and lists has room in it. */
  public static final int MAX_REQUEST_BYTES = 1 << 20;

  /** Characters of a request's id. */
  static final int MAX_REQUEST_ID_CHARS = 128;

  /** Entries that the first answer of a watch tells. */
  static final int MAX_WATCHED_ENTRIES = 100;

  static final int DEFAULT_WATCHED_ENTRIES = 10;

  private final Catalog catalog;
  private final Runs runs;
  private final KillSwitches kills;
  private final RunLogs logs;
  private final Commands commands;
  private final Watches watches;
  private final LiveRuns live;
  private final InstantSource clock;

  /**
   * A service.
   *
   * @param live what this process knows of runs, where it acts for them
   */
  public RolloutServiceAdapter(
      Catalog catalog,
      Journal journal,
      Commands commands,
      Watches watches,
      LiveRuns live,
      InstantSource clock) {
    this.catalog = catalog;
    this.commands = commands;
    this.watches = watches;
    this.live = live;
    this.clock = clock;
    runs = new Runs(journal);
    kills = new KillSwitches(catalog);
    logs = new RunLogs(catalog, journal, runs, kills);
  }

  @Override
  public void applyRollout(
      ApplyRolloutRequest request, StreamObserver<ApplyRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    if (!request.hasRollout()) {
      checks.add("rollout", "absent (expected: a rollout)");
    }
    OptionalLong expected =
        checks.revision(
            "expected_revision", request.hasExpectedRevision(), request.getExpectedRevision());
    Note note = checks.note(request.getNote());
    checks.requireValid();
    ApplyResult result =
        catalog.apply(
            new ApplyCommand(
                namespace,
                List.of(
                    new DocumentWrite.Put(
                        Document.newBuilder().setRollout(request.getRollout()).build(), expected)),
                OptionalLong.empty(),
                request.getDryRun(),
                note,
                ChangeSource.CHANGE_SOURCE_API));
    ApplyRolloutResponse.Builder response =
        ApplyRolloutResponse.newBuilder().setRevision(result.revision());
    result.changes().stream().findFirst().ifPresent(response::setChange);
    answer(responses, response.build());
  }

  @Override
  public void startRollout(
      StartRolloutRequest request, StreamObserver<StartRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    Commands.Told told =
        command(
            checks,
            request.getNamespace(),
            request.getRollout(),
            CommandKind.START,
            checks.revision(
                "expected_version", request.hasExpectedVersion(), request.getExpectedVersion()),
            checks.note(request.getNote()),
            request.getRequestId(),
            Optional.empty());
    answer(responses, StartRolloutResponse.newBuilder().setRun(logs.commanded(told.run())).build());
  }

  @Override
  public void commandRollout(
      CommandRolloutRequest request, StreamObserver<CommandRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    Commands.Told told =
        command(
            checks,
            request.getNamespace(),
            request.getRollout(),
            kind(checks, request),
            checks.revision(
                "expected_version", request.hasExpectedVersion(), request.getExpectedVersion()),
            checks.note(request.getNote()),
            request.getRequestId(),
            gate(checks, request));
    answer(
        responses,
        CommandRolloutResponse.newBuilder()
            .setRun(logs.commanded(told.run()))
            .setMoved(told.moved())
            .setBecause(told.because())
            .build());
  }

  private Commands.Told command(
      RequestChecks checks,
      String namespaceField,
      String rolloutField,
      CommandKind kind,
      OptionalLong expectedVersion,
      Note note,
      String requestIdField,
      Optional<GateOf> gate) {
    String namespace = checks.namespace("namespace", namespaceField);
    String rollout = checks.key("rollout", rolloutField);
    String requestId = checks.line("request_id", requestIdField, MAX_REQUEST_ID_CHARS);
    checks.requireValid();
    return commands.apply(
        new Commands.Asked(
            namespace,
            rollout,
            kind,
            expectedVersion,
            note.actor(),
            note.reason(),
            requestId,
            gate));
  }

  private static CommandKind kind(RequestChecks checks, CommandRolloutRequest request) {
    return switch (request.getCommand()) {
      case ROLLOUT_COMMAND_PAUSE -> CommandKind.PAUSE;
      case ROLLOUT_COMMAND_RESUME -> CommandKind.RESUME;
      case ROLLOUT_COMMAND_APPROVE -> CommandKind.APPROVE;
      case ROLLOUT_COMMAND_ADVANCE -> CommandKind.ADVANCE;
      case ROLLOUT_COMMAND_PROMOTE -> CommandKind.PROMOTE;
      case ROLLOUT_COMMAND_ROLL_BACK -> CommandKind.ROLL_BACK;
      case ROLLOUT_COMMAND_CANCEL -> CommandKind.CANCEL;
      case ROLLOUT_COMMAND_START -> refused(checks, "start (expected: StartRollout)");
      case ROLLOUT_COMMAND_KILL -> refused(checks, "kill (expected: KillFeature)");
      case ROLLOUT_COMMAND_REVIVE -> refused(checks, "revive (expected: ReviveFeature)");
      case ROLLOUT_COMMAND_UNSPECIFIED -> refused(checks, "absent (expected: a command)");
      case UNRECOGNIZED ->
          refused(checks, request.getCommandValue() + " (expected: a known command)");
    };
  }

  /** Of no use, as the request is refused. */
  private static CommandKind refused(RequestChecks checks, String why) {
    checks.add("command", why);
    return CommandKind.PAUSE;
  }

  private static Optional<GateOf> gate(RequestChecks checks, CommandRolloutRequest request) {
    if (!request.hasGate()) {
      return Optional.empty();
    }
    if (kind(new RequestChecks(), request) != CommandKind.APPROVE) {
      checks.add("gate", "set (expected: with approve only)");
    }
    int stage = request.getGate().getStage();
    int gate = request.getGate().getGate();
    if (stage < 1) {
      checks.add("gate.stage", Integer.toUnsignedString(stage) + " (expected: 1 or more)");
    }
    if (gate < 1) {
      checks.add("gate.gate", Integer.toUnsignedString(gate) + " (expected: 1 or more)");
    }
    return Optional.of(new GateOf(stage, gate - 1));
  }

  @Override
  public void getRollout(GetRolloutRequest request, StreamObserver<GetRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String rollout = checks.key("rollout", request.getRollout());
    OptionalLong number = number(checks, request.hasRunNumber(), request.getRunNumber());
    checks.requireValid();
    GetRolloutResponse.Builder response = GetRolloutResponse.newBuilder();
    Optional<RunReading> run = logs.find(namespace, rollout, number);
    try {
      StoredDocument document = catalog.rollout(namespace, rollout);
      response.setRollout(document.getDocument().getRollout()).setRevision(document.getRevision());
      response.setRun(RunMessages.never(namespace, document.getDocument().getRollout()));
    } catch (ApiException missing) {
      if (missing.reason() != ErrorReason.DOCUMENT_NOT_FOUND || run.isEmpty()) {
        throw missing;
      }
    }
    run.ifPresent(it -> show(response, it));
    String feature = response.getRun().getFeature();
    response.getRunBuilder().setKilled(kills.isSet(namespace, feature));
    answer(responses, response.build());
  }

  private void show(GetRolloutResponse.Builder response, RunReading run) {
    if (run.view().isEmpty()) {
      response.setRun(RunMessages.unreadable(run.stored(), run.unreadable()));
      return;
    }
    RunShown shown = new RunShown(runs, run.view().get());
    shown.readAll();
    String id = run.stored().origin().run();
    response
        .setRun(shown.run())
        .setProgress(shown.progress(live.verdict(id), live.because(id), clock.instant()))
        .setJudgedBy(runs.document(run.stored()));
  }

  @Override
  public void listRollouts(
      ListRolloutsRequest request, StreamObserver<ListRolloutsResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    int size = checks.pageSize(request.getPageSize());
    String feature =
        request.getFeature().isEmpty() ? "" : checks.key("feature", request.getFeature());
    if (request.getStatesList().contains(RolloutState.UNRECOGNIZED)) {
      checks.add("states", "of no known number (expected: known states)");
    }
    checks.requireValid();
    Set<RolloutState> states = Set.copyOf(request.getStatesList());
    Message unpaged = request.toBuilder().clearPageSize().clearPageToken().build();
    String after =
        request.getPageToken().isEmpty()
            ? ""
            : PageToken.read(request.getPageToken(), unpaged, 1).getFirst();
    RolloutListing.Part part =
        new RolloutListing(catalog, runs, kills).after(namespace, after, states, feature, size);
    answer(
        responses,
        ListRolloutsResponse.newBuilder()
            .addAllRuns(part.runs())
            .setNextPageToken(part.last().isEmpty() ? "" : PageToken.of(unpaged, part.last()))
            .build());
  }

  @Override
  public void watchRollout(
      WatchRolloutRequest request, StreamObserver<WatchRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String rollout = checks.key("rollout", request.getRollout());
    int entries = request.hasEntries() ? request.getEntries() : DEFAULT_WATCHED_ENTRIES;
    if (entries < 0 || entries > MAX_WATCHED_ENTRIES) {
      checks.add(
          "entries",
          Integer.toUnsignedString(entries) + " (expected: 0 to " + MAX_WATCHED_ENTRIES + ")");
    }
    checks.requireValid();
    watches.open(
        namespace, rollout, entries, (ServerCallStreamObserver<WatchRolloutResponse>) responses);
  }

  @Override
  public void listRolloutHistory(
      ListRolloutHistoryRequest request, StreamObserver<ListRolloutHistoryResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String rollout = checks.key("rollout", request.getRollout());
    OptionalLong number = number(checks, request.hasRunNumber(), request.getRunNumber());
    int size = checks.pageSize(request.getPageSize());
    checks.requireValid();
    Message unpaged = request.toBuilder().clearPageSize().clearPageToken().build();
    RunReading run;
    long after;
    if (request.getPageToken().isEmpty()) {
      run = logs.require(namespace, rollout, number);
      after = 0;
    } else {
      // The run that the first page was of, whatever was started since.
      List<String> position = PageToken.read(request.getPageToken(), unpaged, 2);
      run =
          runs.find(position.getFirst())
              .orElseThrow(() -> ApiErrors.pageTokenInvalid(request.getPageToken()));
      after = PageToken.number(request.getPageToken(), position.getLast());
      if (!isPosition(run.stored(), namespace, rollout, number, after)) {
        throw ApiErrors.pageTokenInvalid(request.getPageToken());
      }
    }
    answer(responses, logs.history(run, after, size, request.getIncludeEvidence(), unpaged));
  }

  /** Whether a page of what is asked for may go on there: a token can be made up. */
  private static boolean isPosition(
      StoredRun run, String namespace, String rollout, OptionalLong number, long after) {
    RunOrigin origin = run.origin();
    return origin.namespace().equals(namespace)
        && origin.rollout().equals(rollout)
        && (number.isEmpty() || number.getAsLong() == run.number())
        && after >= 1
        && after <= run.version();
  }

  @Override
  public void replayRollout(
      ReplayRolloutRequest request, StreamObserver<ReplayRolloutResponse> responses) {
    RequestChecks checks = new RequestChecks();
    String namespace = checks.namespace("namespace", request.getNamespace());
    String rollout = checks.key("rollout", request.getRollout());
    OptionalLong number = number(checks, request.hasRunNumber(), request.getRunNumber());
    checks.requireValid();
    answer(responses, logs.replay(logs.require(namespace, rollout, number)));
  }

  private static OptionalLong number(RequestChecks checks, boolean present, long number) {
    if (present && number < 1) {
      checks.add("run_number", Long.toUnsignedString(number) + " (expected: 1 or more)");
    }
    return present ? OptionalLong.of(number) : OptionalLong.empty();
  }

  private static <R> void answer(StreamObserver<R> responses, R response) {
    responses.onNext(response);
    responses.onCompleted();
  }
}
