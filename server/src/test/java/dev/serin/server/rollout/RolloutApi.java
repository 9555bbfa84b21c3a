package dev.serin.server.rollout;

import dev.serin.engine.DocumentId;
import dev.serin.server.RunningServer;
import dev.serin.server.catalog.ApplyCommand;
import dev.serin.server.catalog.ApplyResult;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.DocumentWrite;
import dev.serin.server.catalog.Note;
import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.error.ListedErrorsInterceptor;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.RunCatalog;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.store.Database;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.Verdict;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * RolloutService over gRPC in this process, over a real store and a real catalog, with a clock that
 * the test moves. No controller runs: nothing but commands moves runs, so that a test knows their
 * logs to the entry.
 */
final class RolloutApi implements AutoCloseable {
  static final ChangeNote ADA =
      ChangeNote.newBuilder().setActor("ada").setReason("ticket 7").build();
  private static final Instant BEGIN = Instant.parse("2026-11-24T10:00:00Z");

  final Database database;
  final Catalog catalog;
  final Journal journal;
  final Watches watches;
  final KnownLooks looks = new KnownLooks();
  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  private final ListedErrorsInterceptor listed = new ListedErrorsInterceptor();
  private final Server server;
  private final ManagedChannel channel;

  RolloutApi(StoreConfig store) {
    Random random = new Random(20_261_122);
    database = Database.open(store, TransactionObserver.NONE);
    catalog = new Catalog(database, PlanReader::violations, now::get, random);
    journal = new Journal(database);
    watches = new Watches(catalog, journal, new Runs(journal), looks, now::get);
    Commands commands =
        new Commands(
            journal,
            new ControllerLease(database, 1, "process 1"),
            RunCatalog.of(catalog, (namespace, revision, staleAfter) -> List.of()),
            catalog.serving(),
            now::get,
            random,
            looks::known,
            watches::wake);
    String name = InProcessServerBuilder.generateName();
    try {
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(
                  ErrorInterceptor.guard(
                      new RolloutServiceAdapter(
                          catalog, journal, commands, watches, looks, now::get)))
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).intercept(listed).build();
  }

  /** What a process knows of runs: here what the test says, of every run the same. */
  static final class KnownLooks implements LiveRuns {
    private final Map<String, Verdict> newest = new ConcurrentHashMap<>();
    private final AtomicLong asked = new AtomicLong();

    /** Somebody looked, and that came out. */
    void found(Verdict look) {
      newest.put("", look);
    }

    Optional<Verdict> known(String run) {
      return Optional.ofNullable(newest.get(""));
    }

    /** How often the watches asked. */
    long asked() {
      return asked.get();
    }

    @Override
    public Optional<Verdict> verdict(String run) {
      asked.incrementAndGet();
      return known(run);
    }

    @Override
    public String because(String run) {
      return "";
    }
  }

  RolloutServiceBlockingStub stub() {
    return RolloutServiceGrpc.newBlockingStub(channel);
  }

  /** Errors that callers got and that no list names. */
  List<String> unlistedErrors() {
    return listed.unlisted();
  }

  void pass(Duration time) {
    now.updateAndGet(it -> it.plus(time));
  }

  /** Applies documents given as JSON. */
  ApplyResult apply(String... documents) {
    return write(Arrays.stream(documents).map(RolloutApi::put).toList());
  }

  void delete(String rollout) {
    write(
        List.of(
            new DocumentWrite.Delete(
                new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, rollout),
                OptionalLong.empty())));
  }

  private ApplyResult write(List<DocumentWrite> writes) {
    return catalog.apply(
        new ApplyCommand(
            "default",
            writes,
            OptionalLong.empty(),
            false,
            new Note("ada", "test"),
            ChangeSource.CHANGE_SOURCE_API));
  }

  private static DocumentWrite put(String json) {
    try {
      return new DocumentWrite.Put(RunningServer.document(json), OptionalLong.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a run, a second later. */
  RolloutRun begin(String rollout) {
    pass(Duration.ofSeconds(1));
    return stub()
        .startRollout(StartRolloutRequest.newBuilder().setRollout(rollout).setNote(ADA).build())
        .getRun();
  }

  /** Commands its newest run, a second later. */
  RolloutRun command(String rollout, RolloutCommand command) {
    pass(Duration.ofSeconds(1));
    return stub()
        .commandRollout(
            CommandRolloutRequest.newBuilder()
                .setRollout(rollout)
                .setCommand(command)
                .setNote(ADA)
                .build())
        .getRun();
  }

  /** Pauses and resumes its newest run in turns: so many entries of its log. */
  void addEntries(String rollout, int entries) {
    for (int i = 0; i < entries; i++) {
      command(
          rollout,
          i % 2 == 0
              ? RolloutCommand.ROLLOUT_COMMAND_PAUSE
              : RolloutCommand.ROLLOUT_COMMAND_RESUME);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    watches.close();
    database.close();
  }
}
