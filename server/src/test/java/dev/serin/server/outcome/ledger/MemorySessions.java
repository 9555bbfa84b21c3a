package dev.serin.server.outcome.ledger;

import dev.serin.server.error.ApiErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A ledger in memory, on a thread of its own: gives sessions away and makes flushes durable as the
 * real one does, when it is let.
 */
public final class MemorySessions implements Sessions, AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Map<String, Row> rows = new HashMap<>();
  private final Map<Long, Row> byId = new HashMap<>();
  private final List<byte[]> deltas = new ArrayList<>();
  private @Nullable FlushSource source;
  private boolean held;
  private int released;

  private static final class Row {
    final long id;
    long epoch;
    long attempt;
    long committed;
    @Nullable OpenSession open;

    Row(long id) {
      this.id = id;
    }
  }

  /** Says where flushes come from; before anything else. */
  public void source(FlushSource from) {
    source = from;
  }

  @Override
  public void claim(Claim claim) {
    later(() -> give(claim));
  }

  private void give(Claim claim) {
    if (held) {
      claim.claimant().refused(ApiErrors.storeUnavailable(null));
      return;
    }
    String key = claim.producer() + "/" + claim.session();
    Row row = rows.get(key);
    if (row == null && !claim.fromStart()) {
      claim.claimant().refused(ApiErrors.sessionExpired(claim.session()));
      return;
    }
    if (row == null) {
      row = new Row(rows.size() + 1);
      rows.put(key, row);
      byId.put(row.id, row);
    } else if (claim.attempt() != 0 && claim.attempt() <= row.attempt) {
      claim.claimant().refused(ApiErrors.producerFenced(claim.producer(), claim.session()));
      return;
    }
    row.epoch++;
    row.attempt = Math.max(row.attempt, claim.attempt());
    if (row.open != null) {
      row.open.holder().fenced();
    }
    row.open = new OpenSession(row.id, row.epoch, claim.claimant());
    claim.claimant().claimed(row.open, row.committed);
  }

  @Override
  public void release(OpenSession session) {
    later(
        () -> {
          released++;
          Row row = row(session);
          if (row.open == session) {
            row.open = null;
          }
        });
  }

  @Override
  public void pending() {
    later(this::flush);
  }

  private void flush() {
    if (held) {
      return;
    }
    FlushSource from = Objects.requireNonNull(source);
    PreparedFlush flush = from.prepare();
    while (flush != null) {
      Set<OpenSession> fenced = new HashSet<>();
      for (Progress progress : flush.sessions()) {
        if (row(progress.session()).epoch != progress.session().epoch()) {
          progress.session().holder().fenced();
          fenced.add(progress.session());
        }
      }
      if (!fenced.isEmpty()) {
        flush = from.without(fenced);
        continue;
      }
      for (Progress progress : flush.sessions()) {
        row(progress.session()).committed = progress.last();
      }
      deltas.add(flush.body());
      from.committed();
      return;
    }
  }

  private Row row(OpenSession session) {
    return Objects.requireNonNull(byId.get(session.id()));
  }

  private Row row(String producer, String session) {
    return Objects.requireNonNull(rows.get(producer + "/" + session));
  }

  /** Another replica claims a session: whoever holds it here is not told. */
  public void claimElsewhere(String producer, String session) {
    await(() -> row(producer, session).epoch++);
  }

  /** The store is away, or there again. */
  public void hold(boolean away) {
    await(() -> held = away);
    if (!away) {
      pending();
    }
  }

  /** The replica is retired. */
  public void retire() {
    await(
        () -> {
          held = true;
          Objects.requireNonNull(source).dropped();
        });
  }

  /** Last sequence of a session that is durable. */
  public long committed(String producer, String session) {
    var committed = new long[1];
    await(() -> committed[0] = row(producer, session).committed);
    return committed[0];
  }

  /** What was flushed. */
  public List<byte[]> deltas() {
    List<byte[]> copy = new ArrayList<>();
    await(() -> copy.addAll(deltas));
    return copy;
  }

  /** How many sessions were given back. */
  public int released() {
    var count = new int[1];
    await(() -> count[0] = released);
    return count[0];
  }

  private void later(Runnable step) {
    try {
      thread.execute(step);
    } catch (RejectedExecutionException e) {
      // The test is over.
    }
  }

  private void await(Runnable step) {
    try {
      thread.submit(step).get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
