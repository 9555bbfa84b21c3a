package dev.serin.server.rollout.control;

import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.KeptLook;
import dev.serin.server.rollout.journal.StoredRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The active runs of a store as this process holds them, by id. What somebody else has moved is
 * read again. A run that cannot be read, or that cannot be decided on, is said in the log, once for
 * each reason, and stops no other.
 */
final class HeldRuns {
  /** Runs that are read in one transaction. */
  private static final int READ_MAX = 100;

  private static final Logger log = LoggerFactory.getLogger(HeldRuns.class);

  private final Journal journal;
  private final Map<String, HeldRun> runs = new ConcurrentSkipListMap<>();

  /** Why nothing happens to some, by id. */
  private final Map<String, String> failing = new ConcurrentHashMap<>();

  /** Those that cannot be read. */
  private final Map<String, Unread> unreadable = new HashMap<>();

  /** Those whose rows say that they are not looked at with all others. */
  private final Set<String> leftOut = new HashSet<>();

  private volatile int failingCount;

  /**
   * A run that cannot be read.
   *
   * @param version that it has
   * @param again whether the same version may be readable at the next time
   * @param looked when it was last looked at: nobody has since
   */
  private record Unread(long version, boolean again, Instant looked) {}

  HeldRuns(Journal journal) {
    this.journal = journal;
  }

  /** In order of their ids. */
  Collection<HeldRun> all() {
    return runs.values();
  }

  /** Any thread. */
  @Nullable HeldRun get(String run) {
    return runs.get(run);
  }

  /** Any thread. */
  int size() {
    return runs.size();
  }

  /** Any thread: why a run stays where it stands; empty: it moved, or is not held here. */
  String because(String run) {
    String failure = failing.get(run);
    if (failure != null) {
      return "nothing happens to it but by command, it cannot be read or decided on: " + failure;
    }
    HeldRun held = runs.get(run);
    return held == null ? "" : held.because();
  }

  /** Any thread: those to which nothing happens. */
  int failing() {
    return failingCount;
  }

  void forget() {
    runs.clear();
    failing.clear();
    unreadable.clear();
    leftOut.clear();
    failingCount = 0;
  }

  /**
   * Reads what has changed.
   *
   * @param unseen time for which nobody has looked at those that are not held yet
   */
  void refresh(Instant now, long nowNanos, Duration unseen) {
    Map<String, Long> versions = journal.activeVersions();
    runs.keySet().retainAll(versions.keySet());
    unreadable.keySet().retainAll(versions.keySet());
    failing.keySet().retainAll(versions.keySet());
    leftOut.retainAll(versions.keySet());
    List<String> changed = new ArrayList<>();
    versions.forEach(
        (run, version) -> {
          HeldRun held = runs.get(run);
          boolean known = held == null ? isInVain(run, version) : held.version() == version;
          if (!known) {
            changed.add(run);
          }
        });
    for (int from = 0; from < changed.size(); from += READ_MAX) {
      List<String> some = changed.subList(from, Math.min(changed.size(), from + READ_MAX));
      journal.find(some).forEach(stored -> take(stored, now, nowNanos, unseen));
    }
    failingCount = failing.size();
  }

  private boolean isInVain(String run, long version) {
    Unread unread = unreadable.get(run);
    return unread != null && unread.version() == version && !unread.again();
  }

  private void take(StoredRun stored, Instant now, long nowNanos, Duration unseen) {
    String run = stored.origin().run();
    if (!stored.standing().active()) {
      runs.remove(run);
      unreadable.remove(run);
      failing.remove(run);
      leftOut.remove(run);
      return;
    }
    HeldRun held = runs.get(run);
    Unread before = unreadable.get(run);
    Instant all = now.minus(unseen);
    Instant looked = stored.looked().filter(all::isAfter).orElse(all);
    if (held != null) {
      looked = held.time().lastLook();
    } else if (before != null) {
      looked = before.looked();
    }
    keptLooks(List.of(new KeptLook(run, stored.looked())));
    OptionalLong began =
        held == null ? journal.stageBegan(run, stored.standing().stage()) : OptionalLong.empty();
    try {
      if (held == null) {
        runs.put(run, HeldRun.of(stored, began, looked, nowNanos - unseen.toNanos()));
      } else {
        held.refresh(stored);
      }
      unreadable.remove(run);
    } catch (RuntimeException | Error e) {
      runs.remove(run);
      // Out of memory is no fault of what is stored: it is tried again with the next turn.
      unreadable.put(run, new Unread(stored.version(), e instanceof Error, looked));
      failed(stored.origin().namespace(), stored.origin().rollout(), run, e);
    }
  }

  /** Whether runs are active, and nothing happens to any of them. */
  boolean allFail() {
    return !failing.isEmpty() && failing.size() >= runs.size() + unreadable.size();
  }

  /**
   * What rows do not say yet of which runs are looked at with all others.
   *
   * @param now of the turn that ends
   */
  List<KeptLook> looksToKeep(Instant now) {
    List<KeptLook> looks = new ArrayList<>();
    unreadable.forEach(
        (run, unread) -> {
          if (!leftOut.contains(run)) {
            looks.add(new KeptLook(run, Optional.of(unread.looked())));
          }
        });
    runs.forEach(
        (id, run) -> {
          Instant last = run.time().lastLook();
          boolean missed = last.isBefore(now);
          if (missed != leftOut.contains(id) && !run.state().phase().isOver()) {
            looks.add(new KeptLook(id, missed ? Optional.of(last) : Optional.empty()));
          }
        });
    return looks;
  }

  /** Notes that their rows say so. */
  void keptLooks(List<KeptLook> looks) {
    for (KeptLook look : looks) {
      if (look.looked().isPresent()) {
        leftOut.add(look.run());
      } else {
        leftOut.remove(look.run());
      }
    }
  }

  /** Notes that a run could not be decided on. */
  void failed(HeldRun run, Throwable failure) {
    failed(run.origin().namespace(), run.origin().rollout(), run.id(), failure);
  }

  private void failed(String namespace, String rollout, String run, Throwable failure) {
    String reason = failure.toString();
    if (!reason.equals(failing.put(run, reason))) {
      log.atError()
          .addKeyValue("namespace", namespace)
          .addKeyValue("rollout", rollout)
          .addKeyValue("run", run)
          .setCause(failure)
          .log("nothing happens to the run but by command: it cannot be read or decided on");
    }
    failingCount = failing.size();
  }

  /** Notes that a run was decided on. */
  void succeeded(HeldRun run) {
    if (failing.remove(run.id()) != null) {
      failingCount = failing.size();
    }
  }
}
