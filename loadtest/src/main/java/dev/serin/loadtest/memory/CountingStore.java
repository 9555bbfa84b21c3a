package dev.serin.loadtest.memory;

import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.aggregate.Delta;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.ledger.Claim;
import dev.serin.server.outcome.ledger.Claimant;
import dev.serin.server.outcome.ledger.DeltaSink;
import dev.serin.server.outcome.ledger.FlushSource;
import dev.serin.server.outcome.ledger.Incarnation;
import dev.serin.server.outcome.ledger.Ledger;
import dev.serin.server.outcome.ledger.LedgerParts;
import dev.serin.server.outcome.ledger.OpenSession;
import dev.serin.server.outcome.ledger.PreparedFlush;
import dev.serin.server.outcome.ledger.Progress;
import dev.serin.server.outcome.ledger.ThinningRow;
import dev.serin.server.outcome.ledger.ViewBounds;
import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import dev.serin.server.store.StoreConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A view over a ledger on an embedded store: what is counted is flushed and folded as a server does
 * it, but comes from a method, not from callers. The view is of whoever calls, who waits meanwhile.
 */
final class CountingStore implements FlushSource, DeltaSink, ViewBounds, AutoCloseable {
  private static final long WAIT_SECONDS = 120;

  private final AtomicLong longestNanos = new AtomicLong();
  private final Database database;
  private final Ledger ledger;
  private final MergedView view = new MergedView();
  private volatile @Nullable Flush next;

  /** What one flush counts, and what came of it. */
  private static final class Flush {
    private final Consumer<DeltaBuilder> counted;
    private final List<Progress> sessions;
    private final CompletableFuture<Flush> durable = new CompletableFuture<>();
    private Delta delta = new Delta();
    private int bytes;
    private long encodeNanos;

    Flush(Consumer<DeltaBuilder> counted, List<Progress> sessions) {
      this.counted = counted;
      this.sessions = sessions;
    }
  }

  /**
   * What a flush took.
   *
   * @param bytes of its delta
   * @param encodeNanos to write them, once everything was added up
   * @param transactionNanos of the longest transaction since it was asked for
   */
  record Taken(int bytes, long encodeNanos, long transactionNanos) {}

  CountingStore(Path file) {
    database = Database.open(new StoreConfig.Sqlite(file), this::ended);
    SecureRandom random = new SecureRandom();
    ledger =
        new Ledger(
            database,
            new Incarnation(random.nextLong(), "loadtest"),
            new LedgerParts(this, this, this, CountingStore::merged, () -> null),
            new SimpleMeterRegistry(),
            InstantSource.system(),
            random::nextLong,
            System::nanoTime,
            () -> {});
    ledger.start();
  }

  private void ended(Priority priority, long nanos) {
    if (priority == Priority.FLUSH) {
      longestNanos.accumulateAndGet(nanos, Math::max);
    }
  }

  private static byte[] merged(List<byte[]> deltas) {
    Delta all = new Delta();
    deltas.forEach(bytes -> all.merge(DeltaCodec.decode(bytes)));
    return DeltaCodec.encode(all);
  }

  /** Whether the view holds all that was counted before. */
  boolean isLoaded() {
    return ledger.isLoaded();
  }

  MergedView view() {
    return view;
  }

  /** Opens sessions that nobody has used. */
  List<OpenSession> open(int count) throws IOException {
    List<CompletableFuture<OpenSession>> opened = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CompletableFuture<OpenSession> session = new CompletableFuture<>();
      opened.add(session);
      ledger.claim(new Claim("loadtest", UUID.randomUUID().toString(), 1, true, claimant(session)));
    }
    List<OpenSession> sessions = new ArrayList<>();
    for (CompletableFuture<OpenSession> session : opened) {
      sessions.add(await(session));
    }
    sessions.sort(Comparator.comparingLong(OpenSession::id));
    return sessions;
  }

  private static Claimant claimant(CompletableFuture<OpenSession> opened) {
    return new Claimant() {
      @Override
      public void claimed(OpenSession session, long committed) {
        opened.complete(session);
      }

      @Override
      public void refused(ApiException reason) {
        opened.completeExceptionally(reason);
      }

      @Override
      public void fenced() {
        opened.completeExceptionally(new IllegalStateException("fenced (expected: open)"));
      }
    };
  }

  /** Counts, and waits until that is durable and in the view. */
  Taken flush(Consumer<DeltaBuilder> counted, List<Progress> sessions) throws IOException {
    Flush flush = new Flush(counted, sessions);
    longestNanos.set(0);
    next = flush;
    ledger.pending();
    await(flush.durable);
    return new Taken(flush.bytes, flush.encodeNanos, longestNanos.get());
  }

  private static <T> T await(Future<T> answer) throws IOException {
    try {
      return answer.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("not durable after " + WAIT_SECONDS + " s", e);
    }
  }

  @Override
  public @Nullable PreparedFlush prepare() {
    Flush flush = next;
    if (flush == null) {
      return null;
    }
    DeltaBuilder builder = new DeltaBuilder(view);
    flush.counted.accept(builder);
    flush.delta = builder.build();
    long begin = System.nanoTime();
    byte[] body = DeltaCodec.encode(flush.delta);
    flush.encodeNanos = System.nanoTime() - begin;
    flush.bytes = body.length;
    return new PreparedFlush(body, flush.sessions);
  }

  @Override
  public @Nullable PreparedFlush without(Set<OpenSession> fenced) {
    throw new IllegalStateException(fenced.size() + " sessions fenced (expected: none)");
  }

  @Override
  public void committed() {
    Flush flush = Objects.requireNonNull(next);
    next = null;
    view.apply(flush.delta);
    flush.durable.complete(flush);
  }

  @Override
  public void dropped() {
    Flush flush = next;
    if (flush != null) {
      flush.durable.completeExceptionally(new IllegalStateException("retired"));
    }
  }

  @Override
  public void apply(List<byte[]> deltas) {
    deltas.forEach(bytes -> view.apply(DeltaCodec.decode(bytes)));
  }

  @Override
  public void thin(byte[] sizes) {
    throw new IllegalStateException("thinned (expected: fewer units)");
  }

  @Override
  public void replace(byte @Nullable [] sizes, List<byte[]> deltas) {
    throw new IllegalStateException("loaded anew (expected: nobody else)");
  }

  @Override
  public @Nullable ThinningRow exceeded() {
    return null;
  }

  @Override
  public boolean expire() {
    return false;
  }

  @Override
  public void close() {
    ledger.close();
    database.close();
  }
}
