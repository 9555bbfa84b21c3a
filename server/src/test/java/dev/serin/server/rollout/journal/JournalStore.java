package dev.serin.server.rollout.journal;

import com.google.protobuf.ByteString;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A journal over a store of its own, and moves to write into it. */
final class JournalStore implements AutoCloseable {
  static final RunOrigin ORIGIN = origin("run-1", "half");
  static final List<String> TABLES =
      List.of(
          "rollout_lease",
          "rollout_run",
          "rollout_entry",
          "rollout_request",
          "rollout_notification",
          "namespace");

  final Database database;
  final Journal journal;
  final Outbox outbox;
  final ControllerLease first;
  final ControllerLease second;

  JournalStore(StoreConfig config) {
    database = Database.open(config, TransactionObserver.NONE);
    journal = new Journal(database);
    outbox = new Outbox(database);
    first = new ControllerLease(database, 11, "first");
    second = new ControllerLease(database, 22, "second");
  }

  static RunOrigin origin(String run, String split) {
    return new RunOrigin(run, "default", "checkout", "new-checkout", split, bytes("documents"));
  }

  static ByteString bytes(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  static Standing standing(String phase, int stage) {
    boolean active = !phase.equals("COMPLETED") && !phase.equals("CANCELLED");
    return new Standing(phase, stage, active, bytes("state of " + phase + stage));
  }

  /** A move of the first run. */
  static Move move(long decidedOn, String phase, int stage, Integer... notify) {
    return moveOf("run-1", decidedOn, phase, stage, notify);
  }

  static Move moveOf(String run, long decidedOn, String phase, int stage, Integer... notify) {
    return new Move(
        run,
        decidedOn,
        standing(phase, stage),
        1_000 * (decidedOn + 1),
        "ann",
        "to " + phase,
        bytes("event " + decidedOn),
        bytes("evidence " + decidedOn),
        Optional.of(bytes("judge " + decidedOn)),
        List.of(notify));
  }

  static Request request(String id) {
    return new Request("default", id, "command " + id);
  }

  /** Starts the first run, in stage 1. */
  void start() {
    Written started =
        journal.start(ORIGIN, move(0, "RUNNING", 1), request("start"), Alongside.NOTHING);
    if (!started.equals(new Written.Done(1))) {
      throw new AssertionError(started);
    }
  }

  Fence lease() {
    return first.take().orElseThrow();
  }

  /** As if the holder of the lease had been silent for so long. */
  void silentFor(long millis) {
    database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate("UPDATE rollout_lease SET renewed = renewed - :millis")
                .bind("millis", millis)
                .execute());
  }

  /** Every row of every table, but for when the lease was renewed. */
  List<String> everything() {
    return database.read(
        handle ->
            TABLES.stream()
                .flatMap(
                    table ->
                        handle.createQuery("SELECT * FROM " + table).mapToMap().stream()
                            .map(
                                row -> {
                                  TreeMap<String, Object> shown = new TreeMap<>(row);
                                  shown.remove("renewed");
                                  shown.replaceAll(
                                      (column, value) ->
                                          value instanceof byte[] bytes
                                              ? new String(bytes, StandardCharsets.UTF_8)
                                              : String.valueOf(value));
                                  return table + shown;
                                })
                            .sorted())
                .toList());
  }

  @Override
  public void close() {
    database.close();
  }
}
