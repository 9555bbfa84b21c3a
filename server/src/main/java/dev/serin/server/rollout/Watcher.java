package dev.serin.server.rollout;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.catalog.FeatureName;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.control.RunView;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.Verdict;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call that watches a run to its end. All of it but {@link #over} is of the watches' thread.
 *
 * <p>A reader that does not take what it is sent is told nothing meanwhile: entries wait in the
 * store, looks in between are left out.
 */
final class Watcher {
  /** After so long something is sent in any case: who watches sees that the server is there. */
  private static final Duration QUIET_MAX = Duration.ofSeconds(5);

  private final Catalog catalog;
  private final Runs runs;
  private final KillSwitches kills;
  private final String namespace;
  private final String rollout;
  private final int entries;
  private final ServerCallStreamObserver<WatchRolloutResponse> observer;
  private @Nullable RunShown shown;
  private Instant sent = Instant.MIN;
  private Optional<Verdict> told = Optional.empty();
  private boolean toldKilled;
  private boolean ended;
  private volatile boolean over;

  /**
   * A watcher that has sent nothing.
   *
   * @param entries of the log that the first answer tells, the newest
   */
  Watcher(
      Catalog catalog,
      Runs runs,
      KillSwitches kills,
      String namespace,
      String rollout,
      int entries,
      ServerCallStreamObserver<WatchRolloutResponse> observer) {
    this.catalog = catalog;
    this.runs = runs;
    this.kills = kills;
    this.namespace = namespace;
    this.rollout = rollout;
    this.entries = entries;
    this.observer = observer;
  }

  /** The call is over; any thread. */
  void over() {
    over = true;
  }

  /** Whether nothing is left to be done for it. */
  boolean isOver() {
    return over || ended;
  }

  /** The run's feature; empty: nothing was sent yet. */
  Optional<FeatureName> feature() {
    return Optional.ofNullable(shown).map(Watcher::featureOf);
  }

  /**
   * Sends what is new.
   *
   * @param versions of all active runs; a run that is missing has ended
   * @param killed features of those that have one whose kill switch is set
   * @param live what this process knows of runs
   */
  void look(Map<String, Long> versions, Set<FeatureName> killed, LiveRuns live, Instant now) {
    if (isOver() || !observer.isReady()) {
      return;
    }
    try {
      send(versions, killed, live, now);
    } catch (ApiException e) {
      // A store that is away comes back, and the watch goes on where it was.
      if (shown == null || e.reason() != ErrorReason.STORE_UNAVAILABLE) {
        end(e);
      }
    } catch (RuntimeException e) {
      end(e);
    } catch (Error e) {
      // Of this watch alone: the others go on.
      end(new IllegalStateException("watch of rollout " + rollout + ": " + e, e));
    }
  }

  /** Ends it where it has sent nothing yet. */
  void refuseNew(ApiException reason) {
    if (shown == null && !isOver()) {
      end(reason);
    }
  }

  private void send(
      Map<String, Long> versions, Set<FeatureName> killed, LiveRuns live, Instant now) {
    RunShown run = shown;
    if (run == null) {
      run = begin();
      boolean isKilled = kills.among(Set.of(featureOf(run))).contains(featureOf(run));
      shown = run;
      answer(run, isKilled, last(run), live, now);
    } else {
      refresh(run, versions);
      List<RolloutLogEntry> news = run.read();
      Optional<Verdict> look = live.verdict(id(run));
      boolean isKilled = killed.contains(featureOf(run));
      boolean due = !Duration.between(sent, now).minus(QUIET_MAX).isNegative();
      boolean same = same(look, told) && isKilled == toldKilled;
      if (!news.isEmpty() || due || now.isBefore(sent) || !same) {
        answer(run, isKilled, news, live, now);
      }
    }
    if (run.isOver()) {
      ended = true;
      observer.onCompleted();
    }
  }

  private RunShown begin() {
    RunView view =
        runs.newest(namespace, rollout)
            .orElseThrow(() -> RunLogs.absent(catalog, namespace, rollout))
            .require();
    return new RunShown(runs, view);
  }

  /** The newest entries of a log that is read to its end. */
  private List<RolloutLogEntry> last(RunShown run) {
    List<RolloutLogEntry> last = List.of();
    for (List<RolloutLogEntry> page = run.read(); !page.isEmpty(); page = run.read()) {
      List<RolloutLogEntry> both = new ArrayList<>(last);
      both.addAll(page);
      last = both.subList(Math.max(0, both.size() - entries), both.size());
    }
    return last;
  }

  private static void refresh(RunShown run, Map<String, Long> versions) {
    Long version = versions.get(id(run));
    boolean active = run.view().stored().standing().active();
    if (active && (version == null || version != run.view().stored().version())) {
      run.refresh();
    }
  }

  private void answer(
      RunShown run, boolean killed, List<RolloutLogEntry> news, LiveRuns live, Instant now) {
    told = live.verdict(id(run));
    toldKilled = killed;
    sent = now;
    observer.onNext(
        WatchRolloutResponse.newBuilder()
            .setRun(run.run().setKilled(killed))
            .setProgress(run.progress(told, live.because(id(run)), now))
            .addAllEntries(news)
            .build());
  }

  /** Whether two looks say the same; when they were made does not matter. */
  private static boolean same(Optional<Verdict> one, Optional<Verdict> other) {
    return one.map(Watcher::timeless).equals(other.map(Watcher::timeless));
  }

  private static Verdict timeless(Verdict verdict) {
    return verdict.toBuilder().clearTime().build();
  }

  private void end(RuntimeException failure) {
    ended = true;
    observer.onError(failure);
  }

  private static FeatureName featureOf(RunShown run) {
    RunOrigin origin = run.view().stored().origin();
    return new FeatureName(origin.namespace(), origin.feature());
  }

  private static String id(RunShown run) {
    return run.view().stored().origin().run();
  }
}
