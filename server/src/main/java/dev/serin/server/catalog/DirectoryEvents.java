package dev.serin.server.catalog;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file system's notifications about a directory and all folders in it.
 *
 * <p>It says that something changed, not what: links that are swapped, as Kubernetes does with
 * mounted ConfigMaps, show only at the place of the link. Where the system has no notifications (or
 * no more of them) it stays silent, and rescans find the changes. One thread waits; any may close.
 */
final class DirectoryEvents implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DirectoryEvents.class);

  private final @Nullable WatchService watch;
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean complained;

  private DirectoryEvents(@Nullable WatchService watch) {
    this.watch = watch;
  }

  static DirectoryEvents open(Path directory) {
    try {
      return new DirectoryEvents(directory.getFileSystem().newWatchService());
    } catch (IOException | UnsupportedOperationException e) {
      log.warn("{}: no change is noticed at once: {}", directory, e.toString());
      return new DirectoryEvents(null);
    }
  }

  /** Listens to the directory and to every folder there is now; folders it knows it keeps. */
  void listen(Path directory) {
    if (watch == null) {
      return;
    }
    try {
      listen(watch, directory, 0, new HashSet<>());
    } catch (ClosedWatchServiceException e) {
      log.debug("{}: closed while it was listened to", directory);
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        log.warn("{}: not every change is noticed at once: {}", directory, e.toString());
      }
    }
  }

  private static void listen(WatchService watch, Path directory, int depth, Set<WatchKey> known)
      throws IOException {
    if (!Files.isDirectory(directory) || depth > DocumentFiles.MAX_FOLDER_DEPTH) {
      return;
    }
    WatchKey key =
        directory.register(
            watch,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
    // A folder has one key whatever leads to it: links cannot send this in circles.
    if (!known.add(key)) {
      return;
    }
    List<FileError> ignored = new ArrayList<>();
    for (Path entry : DocumentFiles.entries(directory, ignored)) {
      listen(watch, entry, depth + 1, known);
    }
  }

  /** Waits for a change; false: the time is over, or this is closed. */
  boolean await(long nanos) throws InterruptedException {
    if (watch == null) {
      closed.await(nanos, TimeUnit.NANOSECONDS);
      return false;
    }
    try {
      WatchKey key = watch.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      boolean changed = key != null;
      while (key != null) {
        key.pollEvents();
        key.reset();
        key = watch.poll();
      }
      return changed;
    } catch (ClosedWatchServiceException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    if (watch == null) {
      return;
    }
    try {
      watch.close();
    } catch (IOException e) {
      log.debug("closing the watch of a directory", e);
    }
  }
}
