package dev.serin.server.rollout;

import com.google.protobuf.Message;
import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.PageSize;
import dev.serin.server.catalog.PageToken;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.RunErrors;
import dev.serin.server.rollout.control.LoggedEntry;
import dev.serin.server.rollout.control.Replay;
import dev.serin.server.rollout.control.RunReading;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.StoredEntry;
import dev.serin.server.rollout.journal.StoredRun;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs with what their logs say, as messages. Safe for all threads; blocks for the store. */
final class RunLogs {
  /** Entries that a replay shows. */
  static final int MAX_REPLAYED_ENTRIES = 10_000;

  /** Entries of a log that are read at once. */
  private static final int READ = 100;

  private final Catalog catalog;
  private final Journal journal;
  private final Runs runs;
  private final KillSwitches kills;

  RunLogs(Catalog catalog, Journal journal, Runs runs, KillSwitches kills) {
    this.catalog = catalog;
    this.journal = journal;
    this.runs = runs;
    this.kills = kills;
  }

  /**
   * A run of a rollout; empty: it was never started.
   *
   * @param number which, from 1; empty: the newest
   */
  Optional<RunReading> find(String namespace, String rollout, OptionalLong number) {
    if (number.isEmpty()) {
      return runs.newest(namespace, rollout);
    }
    return Optional.of(
        journal
            .numbered(namespace, rollout, number.getAsLong())
            .map(runs::read)
            .orElseThrow(
                () ->
                    RunErrors.noSuchRun(
                        rollout, number.getAsLong(), newestNumber(namespace, rollout))));
  }

  /**
   * Number of a rollout's newest run; 0: it was never started.
   *
   * @throws ApiException {@code DOCUMENT_NOT_FOUND} where there is nothing that could be started
   */
  private long newestNumber(String namespace, String rollout) {
    Optional<StoredRun> newest = journal.newest(namespace, rollout);
    if (newest.isEmpty()) {
      var _ = catalog.rollout(namespace, rollout);
    }
    return newest.map(StoredRun::number).orElse(0L);
  }

  /** The same of one that must be there. */
  RunReading require(String namespace, String rollout, OptionalLong number) {
    return find(namespace, rollout, number).orElseThrow(() -> absent(catalog, namespace, rollout));
  }

  /** Why there is no run: there is no such rollout, or it was never started. */
  static ApiException absent(Catalog catalog, String namespace, String rollout) {
    try {
      var _ = catalog.rollout(namespace, rollout);
      return RunErrors.neverStarted(rollout);
    } catch (ApiException missing) {
      return missing;
    }
  }

  /** A run with what its first and last entry say; where it cannot be read, what its row says. */
  private RolloutRun run(RunReading run) {
    StoredRun stored = run.stored();
    return run.view()
        .map(this::logged)
        .orElseGet(() -> RunMessages.unreadable(stored, run.unreadable()))
        .setKilled(kills.isSet(stored.origin().namespace(), stored.origin().feature()))
        .build();
  }

  private RolloutRun.Builder logged(RunView view) {
    String id = view.stored().origin().run();
    List<StoredEntry> first = journal.log(id, 0, 1);
    List<StoredEntry> last = journal.log(id, view.stored().version() - 1, 1);
    return first.isEmpty() || last.isEmpty()
        ? RunMessages.run(view)
        : RunMessages.run(view, first.getFirst(), last.getFirst());
  }

  /** The same of one that was commanded just now, which is told though the store went since. */
  RolloutRun commanded(RunView view) {
    try {
      return run(RunReading.of(view));
    } catch (ApiException away) {
      return RunMessages.run(view).build();
    }
  }

  /**
   * A page of a log.
   *
   * @param after number of the entry before the first; 0: from the first on
   * @param size entries at most
   * @param unpaged the request, for the next page's token
   */
  ListRolloutHistoryResponse history(
      RunReading run, long after, int size, boolean withEvidence, Message unpaged) {
    String id = run.stored().origin().run();
    ListRolloutHistoryResponse.Builder response =
        ListRolloutHistoryResponse.newBuilder().setRun(run(run));
    RunMessages.Standing from =
        after == 0
            ? RunMessages.Standing.BEGIN
            : RunMessages.Standing.after(journal.log(id, after - 1, 1).getFirst());
    PageSize bytes = new PageSize();
    long last = after;
    boolean full = false;
    while (!full && response.getEntriesCount() < size) {
      List<LoggedEntry> page =
          runs.log(id, last, Math.min(READ, size - response.getEntriesCount()));
      if (page.isEmpty()) {
        return response.build();
      }
      for (LoggedEntry logged : page) {
        RolloutLogEntry entry = RunMessages.entry(run, from, logged);
        if (withEvidence) {
          entry = entry.toBuilder().setEvidence(logged.stored().evidence()).build();
        }
        if (!bytes.add(entry.getSerializedSize())) {
          full = true;
          break;
        }
        response.addEntries(entry);
        from = RunMessages.Standing.after(logged.stored());
        last = logged.stored().number();
      }
    }
    if (last < run.stored().version()) {
      response.setNextPageToken(PageToken.of(unpaged, id, Long.toString(last)));
    }
    return response.build();
  }

  /**
   * Judges and plays a run's log again.
   *
   * @throws ApiException {@code RUN_UNREADABLE}, or of the store
   */
  ReplayRolloutResponse replay(RunReading run) {
    Replay replay = new Replay(run.require());
    ReplayRolloutResponse.Builder response =
        ReplayRolloutResponse.newBuilder().setRun(run(run)).setLogEntries(run.stored().version());
    String id = run.stored().origin().run();
    long last = 0;
    while (last < run.stored().version()) {
      List<StoredEntry> page = journal.log(id, last, READ);
      if (page.isEmpty()) {
        break;
      }
      for (StoredEntry stored : page) {
        last = stored.number();
        if (last <= run.stored().version()) {
          ReplayMessages.add(response, replay.add(stored), MAX_REPLAYED_ENTRIES);
        }
      }
    }
    String problem = replay.problem();
    return response.setMovesHold(problem.isEmpty()).setMovesProblem(problem).build();
  }
}
