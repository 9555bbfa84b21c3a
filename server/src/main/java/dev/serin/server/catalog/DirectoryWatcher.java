package dev.serin.server.catalog;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of documents that is applied when the server starts and whenever it changes.
 *
 * <p>{@code DIR/NAMESPACE/…/*.yaml} (or yml, json) holds the documents of a namespace, which is
 * created where it is missing; files directly in the directory are of the namespace {@code
 * default}. A namespace is applied whole or not at all: while one of its files has an error, all of
 * them keep what they last said. {@link DirectoryPlan} says what becomes of changes others made.
 *
 * <p>A change is applied once the directory has been quiet for a moment. A file that is written
 * slowly may still be read half: write it beside its place and rename it.
 *
 * <p>One thread of its own, from {@link #start} to {@link #close}; all methods are safe for all
 * threads. Errors never stop it: they are logged when they are new and stand in {@link #status}.
 */
public final class DirectoryWatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DirectoryWatcher.class);

  /** Errors of one look that are logged; all stand in the status. */
  private static final int MAX_LOGGED_ERRORS = 20;

  /** How long closing waits for a look that is being taken; its thread keeps no process alive. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

  private final Path directory;
  private final DirectoryApplier applier;
  private final LongSupplier nanoTime;
  private final Consumer<DirectoryStatus> listener;
  private final InstantSource clock;

  private volatile @Nullable DirectoryStatus status;
  private volatile boolean closed;
  private @Nullable DirectoryEvents events;
  private @Nullable Thread thread;

  /**
   * A watcher that does nothing yet.
   *
   * @param nanoTime monotonic time in nanoseconds
   * @param listener told of every look, in the thread that took it
   */
  public DirectoryWatcher(
      Path directory,
      Catalog catalog,
      InstantSource clock,
      LongSupplier nanoTime,
      Consumer<DirectoryStatus> listener) {
    this.directory = directory;
    this.applier = new DirectoryApplier(catalog, directory, clock);
    this.nanoTime = nanoTime;
    this.listener = listener;
    this.clock = clock;
  }

  /** Applies the directory and begins to watch it; returns what the first look led to. */
  public synchronized DirectoryStatus start() {
    if (thread != null || closed) {
      throw new IllegalStateException("started or closed before (expected: once)");
    }
    DirectoryEvents opened = DirectoryEvents.open(directory);
    events = opened;
    DirectoryStatus first = scan(opened);
    ScanSchedule schedule = new ScanSchedule(nanoTime.getAsLong());
    thread =
        Thread.ofPlatform().name("serin-directory").daemon().start(() -> run(opened, schedule));
    return first;
  }

  /** What the last look led to; null: none was taken yet. */
  public @Nullable DirectoryStatus status() {
    return status;
  }

  private void run(DirectoryEvents opened, ScanSchedule schedule) {
    try {
      while (!closed) {
        if (opened.await(schedule.waitNanos(nanoTime.getAsLong()))) {
          schedule.changed(nanoTime.getAsLong());
        } else if (!closed && schedule.waitNanos(nanoTime.getAsLong()) <= 0) {
          schedule.scanned(nanoTime.getAsLong());
          scan(opened);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DirectoryStatus scan(DirectoryEvents opened) {
    DirectoryStatus before = status;
    DirectoryStatus now = look(opened);
    status = now;
    log(now, before == null ? List.of() : before.allErrors());
    listener.accept(now);
    return now;
  }

  private DirectoryStatus look(DirectoryEvents opened) {
    try {
      // Listening comes first, so that no change falls between it and the look.
      opened.listen(directory);
      return applier.scan();
    } catch (RuntimeException | Error e) {
      // An Error too: it may pass, and without its thread nothing would say that nobody looks.
      log.error("{}: could not be applied", directory, e);
      return new DirectoryStatus(
          directory,
          clock.instant(),
          List.of(),
          List.of(FileError.ofFile(directory.toString(), "could not be applied: " + e)));
    }
  }

  private void log(DirectoryStatus now, List<FileError> errorsBefore) {
    for (DirectoryStatus.Namespace namespace : now.namespaces()) {
      if (namespace.changes() > 0) {
        log.info(
            "{}: {} documents changed in namespace {}, now at revision {}",
            directory,
            namespace.changes(),
            namespace.name(),
            namespace.revision());
      }
    }
    List<FileError> errors = now.allErrors();
    if (errors.equals(errorsBefore)) {
      return;
    }
    errors.stream()
        .limit(MAX_LOGGED_ERRORS)
        .forEach(error -> log.error("{}: {}", directory, error));
    if (errors.size() > MAX_LOGGED_ERRORS) {
      log.error("{}: {} more errors", directory, errors.size() - MAX_LOGGED_ERRORS);
    }
    if (errors.isEmpty()) {
      log.info("{}: all errors are mended", directory);
    }
  }

  /**
   * Stops watching; a look that is being taken ends first, unless that takes too long. May be
   * called twice.
   */
  @Override
  public void close() {
    DirectoryEvents opened;
    Thread running;
    synchronized (this) {
      closed = true;
      opened = events;
      running = thread;
    }
    if (opened != null) {
      opened.close();
    }
    if (running != null && !running.equals(Thread.currentThread())) {
      try {
        if (!running.join(CLOSE_WAIT)) {
          log.warn("{}: still being looked at after {}, not waited for", directory, CLOSE_WAIT);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
