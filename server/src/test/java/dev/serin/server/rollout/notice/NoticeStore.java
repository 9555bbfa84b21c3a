package dev.serin.server.rollout.notice;

import com.google.protobuf.ByteString;
import dev.serin.server.rollout.journal.Alongside;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.Move;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.journal.Request;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.journal.Standing;
import dev.serin.server.rollout.journal.Written;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs in a store of their own, with entries that are to be told of. */
final class NoticeStore implements AutoCloseable {
  final Database database;
  final Journal journal;
  final Outbox outbox;

  NoticeStore(StoreConfig config) {
    database = Database.open(config, TransactionObserver.NONE);
    journal = new Journal(database);
    outbox = new Outbox(database);
  }

  /** Begins a run and moves it on until it has so many entries, each told to these targets. */
  void run(String run, int entries, Integer... targets) {
    for (int number = 1; number <= entries; number++) {
      move(run, number, targets);
    }
  }

  void move(String run, int number, Integer... targets) {
    Standing after = new Standing("RUNNING", number, true, ByteString.EMPTY);
    Move move =
        new Move(
            run,
            number - 1,
            after,
            1_000L * number,
            "ann",
            "because",
            ByteString.EMPTY,
            ByteString.EMPTY,
            Optional.empty(),
            List.of(targets));
    Request request = new Request("default", run + "-" + number, "move");
    RunOrigin origin = new RunOrigin(run, "default", run, "checkout", run, ByteString.EMPTY);
    Written written =
        number == 1
            ? journal.start(origin, move, request, Alongside.NOTHING)
            : journal.command(move, request, Alongside.NOTHING);
    if (!written.equals(new Written.Done(number == 1 ? 1 : number))) {
      throw new AssertionError(written);
    }
  }

  /** As if so much time had passed by the database's clock. */
  void pass(Duration time) {
    database.execute(
        Priority.ROLLOUT,
        handle ->
            handle
                .createUpdate(
                    "UPDATE rollout_notification SET due = due - :millis, made = made - :millis")
                .bind("millis", time.toMillis())
                .execute());
  }

  @Override
  public void close() {
    database.close();
  }
}
