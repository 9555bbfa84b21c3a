package dev.serin.server.catalog;

import dev.serin.engine.Snapshot;
import dev.serin.engine.SnapshotCompiler;
import dev.serin.engine.SnapshotSource;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the snapshots in the cache up to date, from the store or, before it was ever reached, from
 * disk. Used by the refresher's thread; status by any.
 *
 * @param <S> what is served
 */
final class SnapshotLoader<S> {
  private static final Logger log = LoggerFactory.getLogger(SnapshotLoader.class);

  private final Catalog catalog;
  private final Database database;
  private final SnapshotCache<S> cache;
  private final SnapshotPreparation<S> preparation;
  private final SnapshotFiles files;
  private final SnapshotSaver saver;
  private final ServedRevisions revisions;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  /** Why a namespace is not up to date, by its name. */
  private final Map<String, String> errors = new ConcurrentHashMap<>();

  private volatile String storeError = "";
  private boolean storeReached;
  private boolean diskTried;
  private boolean orphansCleaned;

  SnapshotLoader(
      Catalog catalog,
      Database database,
      SnapshotCache<S> cache,
      SnapshotPreparation<S> preparation,
      SnapshotFiles files,
      SnapshotSaver saver,
      ServedRevisions revisions,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.catalog = catalog;
    this.database = database;
    this.cache = cache;
    this.preparation = preparation;
    this.files = files;
    this.saver = saver;
    this.revisions = revisions;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Reads what changed; false: something could not be read, and should be tried again later. */
  boolean refreshAll() {
    long beginNanos = nanoTime.getAsLong();
    List<NamespaceHead> heads;
    try {
      heads = catalog.states().heads();
      if (!storeReached) {
        claimFiles(database.identity(), heads);
      }
    } catch (RuntimeException e) {
      storeLost(e);
      return false;
    }
    storeReached = true;
    boolean good = true;
    for (NamespaceHead head : heads) {
      try {
        good &= refresh(head, beginNanos);
      } catch (ApiException e) {
        storeLost(e);
        return false;
      }
    }
    storeFound();
    removeAllBut(heads);
    if (good && !cache.ready()) {
      cache.setReady();
    }
    if (good && !orphansCleaned) {
      orphansCleaned = true;
      cleanOrphans();
    }
    return good;
  }

  private boolean refresh(NamespaceHead head, long nowNanos) {
    SnapshotHolding<S> holding = cache.kept(head.name());
    SnapshotHolding.Content<S> content = holding == null ? null : holding.content();
    if (holding != null && content != null && head.equals(content.head())) {
      holding.confirm(nowNanos);
      errors.remove(head.name());
      return true;
    }
    try {
      NamespaceState state = catalog.states().current(head.name());
      serve(state.source(), state.head(), 0, content, nowNanos);
      revisions.serves(state);
      saver.save(state.source());
      errors.remove(head.name());
      return true;
    } catch (ApiException e) {
      if (e.reason() == ErrorReason.NAMESPACE_NOT_FOUND) {
        return true; // Deleted this moment: the next round removes it.
      }
      throw e; // The store is away, for all the others too.
    } catch (RuntimeException e) {
      return failed(head, e);
    }
  }

  private void serve(
      SnapshotSource source,
      @Nullable NamespaceHead head,
      long savedAtMillis,
      SnapshotHolding.@Nullable Content<S> before,
      long nowNanos) {
    Snapshot snapshot = SnapshotCompiler.compile(source, before == null ? null : before.snapshot());
    S prepared = preparation.prepare(snapshot, before == null ? null : before.prepared());
    cache.put(
        source.namespace(),
        new SnapshotHolding.Content<>(prepared, snapshot, head, savedAtMillis),
        nowNanos);
  }

  private boolean failed(NamespaceHead head, RuntimeException e) {
    String error = "revision " + head.revision() + ": " + message(e);
    if (!error.equals(errors.put(head.name(), error))) {
      log.error(
          "namespace {} cannot be brought up to date, what was served before is: {}",
          head.name(),
          error,
          e);
    }
    return false;
  }

  private void removeAllBut(List<NamespaceHead> heads) {
    Set<String> gone = new HashSet<>(cache.namespaces());
    heads.forEach(head -> gone.remove(head.name()));
    for (String namespace : gone) {
      cache.remove(namespace);
      errors.remove(namespace);
      saver.delete(namespace);
    }
  }

  private void storeLost(RuntimeException e) {
    if (storeError.isEmpty()) {
      log.warn("the store cannot be read; the last good snapshots are served: {}", message(e));
    }
    storeError = message(e);
    if (!storeReached && !diskTried) {
      diskTried = true;
      loadFromDisk();
    }
  }

  private void storeFound() {
    if (!storeError.isEmpty()) {
      log.info("the store is read again");
      storeError = "";
    }
  }

  /**
   * Before the first snapshot of the store is saved: those of another one are of no use here, nor
   * those of namespaces that were deleted while this process was not there to see it.
   */
  private void claimFiles(String identity, List<NamespaceHead> heads) {
    try {
      for (Path removed : files.claim(identity)) {
        log.warn("removed snapshot {}: of another store than {}", removed, database.address());
      }
      Set<String> names = heads.stream().map(NamespaceHead::name).collect(Collectors.toSet());
      for (Path removed : files.removeAllBut(names)) {
        log.info("removed snapshot {}: of a namespace that is gone", removed);
      }
    } catch (IOException e) {
      log.warn("snapshots on disk cannot be read", e);
    }
  }

  private void loadFromDisk() {
    boolean whole = true;
    int loaded = 0;
    try {
      for (String namespace : files.namespaces()) {
        try {
          whole &= loadFromDisk(namespace);
          loaded++;
        } catch (SnapshotFiles.OtherStoreException e) {
          log.warn("ignored: {}", e.getMessage());
        }
      }
    } catch (IOException e) {
      log.warn("no snapshots on disk: {}", e.toString());
      return;
    }
    if (whole && loaded > 0) {
      log.warn("serving {} namespaces from disk, stale until the store is read", loaded);
      cache.setReady();
    }
  }

  private boolean loadFromDisk(String namespace) throws SnapshotFiles.OtherStoreException {
    try {
      SnapshotFiles.Saved saved = files.load(namespace);
      serve(saved.source(), null, saved.savedAtMillis(), null, nanoTime.getAsLong());
      return true;
    } catch (SnapshotFiles.OtherStoreException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      log.error("namespace {} is not served: {}", namespace, message(e), e);
      return false;
    }
  }

  private void cleanOrphans() {
    try {
      int cleaned = catalog.cleanOrphans();
      if (cleaned > 0) {
        log.info("removed {} changes that were begun and never finished", cleaned);
      }
    } catch (RuntimeException e) {
      // Nobody sees them; the next start tries again.
      log.warn("changes that were never finished could not be removed", e);
    }
  }

  RefresherStatus status() {
    long nowNanos = nanoTime.getAsLong();
    List<NamespaceStatus> statuses = new ArrayList<>();
    for (String namespace : cache.namespaces()) {
      SnapshotHolding<S> holding = cache.kept(namespace);
      SnapshotHolding.Content<S> content = holding == null ? null : holding.content();
      if (holding != null && content != null) {
        boolean fromDisk = content.head() == null;
        statuses.add(
            new NamespaceStatus(
                namespace,
                content.snapshot().revision(),
                fromDisk
                    ? Math.max(0, clock.millis() - content.savedAtMillis())
                    : holding.silentMillis(nowNanos),
                fromDisk,
                errors.getOrDefault(namespace, "")));
      }
    }
    return new RefresherStatus(cache.ready(), storeError, statuses);
  }

  /** What failed, and what began it. */
  private static String message(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    Throwable cause = e.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null || cause.getMessage() == null
        ? message
        : message + ": " + cause.getMessage().strip();
  }
}
