package dev.serin.server.rollout.control;

import static java.util.Objects.requireNonNull;

import dev.serin.server.catalog.RunServing;
import dev.serin.server.error.ApiException;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Fence;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.v1.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves all runs of a store by itself, where this process holds the lease for that: looks at each
 * with every tick, writes what the machine decides, and begins with what the store has whenever it
 * cannot know. Nothing of what it holds in memory is missed when it dies.
 *
 * <p>One thread, {@code serin-rollouts}, does all of it; what other threads may call says so.
 */
public final class Controller implements AutoCloseable {
  /** Ticks that are asked for by {@link #wake} are no closer than this. */
  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);

  /** How long the answer to a request is kept for whoever sends it again. */
  private static final Duration ANSWERS_KEPT = Duration.ofHours(24);

  /** Answers that are forgotten at a time, of the oldest. */
  private static final int FORGOTTEN_MAX = 1_000;

  /** After how many turns they are looked for again, where these were all that were old. */
  private static final int TURNS_BETWEEN = 60;

  /** How long the end of the tick under way is waited for. */
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(Controller.class);

  private final Journal journal;
  private final ControllerLease lease;
  private final LeaseWatcher watcher;
  private final LogClock clock;
  private final LongSupplier nanoTime;
  private final long tickNanos;
  private final HeldRuns held;
  private final Turn turn;
  private final Duty duty;
  private final ControllerSteps steps;
  private final Semaphore wakes = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Thread thread;

  /**
   * When the last turn was taken that came to its end and could do anything, by this holder of the
   * lease or another, by the clock of the log: what passed since, nobody has seen.
   */
  private Instant looked = Instant.EPOCH;

  /** Turns until old answers are looked for. */
  private int turnsLeft;

  /** Whether the dead were dismissed: a store that is away is asked again. */
  private boolean begun;

  /** Whether the log says already that the store is away. */
  private boolean away;

  private volatile @Nullable Fence fence;
  private volatile long lastLease;
  private final AtomicLong ticks = new AtomicLong();
  private final AtomicLong failedTicks = new AtomicLong();
  private volatile @Nullable LastTick lastTick;

  private record LastTick(long endNanos, long nanos) {}

  /**
   * All that a controller works with.
   *
   * @param tick time between looks
   * @param nanoTime monotonic clock
   */
  public record Setting(
      Journal journal,
      ControllerLease lease,
      RunCatalog catalog,
      RunServing serving,
      CountedView view,
      GateWebhooks webhooks,
      LeaseWatcher watcher,
      InstantSource clock,
      LongSupplier nanoTime,
      Duration tick) {
    /** Checks that all is there. */
    public Setting {
      requireNonNull(journal, "journal");
      requireNonNull(lease, "lease");
      requireNonNull(catalog, "catalog");
      requireNonNull(serving, "serving");
      requireNonNull(view, "view");
      requireNonNull(webhooks, "webhooks");
      requireNonNull(watcher, "watcher");
      requireNonNull(clock, "clock");
      requireNonNull(nanoTime, "nanoTime");
      if (!tick.isPositive()) {
        throw new IllegalArgumentException("tick: " + tick + " (expected: above 0)");
      }
    }
  }

  /** A controller that does nothing yet. */
  public Controller(Setting setting) {
    this(setting, ControllerSteps.NONE);
  }

  /**
   * A controller that does nothing yet.
   *
   * @param steps told how far it is
   */
  public Controller(Setting setting, ControllerSteps steps) {
    this.steps = steps;
    journal = setting.journal();
    lease = setting.lease();
    watcher = setting.watcher();
    clock = new LogClock(setting.clock(), setting.nanoTime());
    nanoTime = setting.nanoTime();
    tickNanos = setting.tick().toNanos();
    held = new HeldRuns(journal);
    Gates gates = new Gates(journal, setting.webhooks());
    duty = new Duty(nanoTime);
    turn =
        new Turn(
            journal,
            setting.catalog(),
            setting.serving(),
            held,
            new Looks(setting.view(), setting.nanoTime()),
            gates,
            steps,
            nanoTime);
  }

  /** Begins to tick. Once. */
  public synchronized void start() {
    if (thread != null) {
      throw new IllegalStateException("the controller was started already");
    }
    thread = Thread.ofPlatform().name("serin-rollouts").daemon().start(this::run);
  }

  /** Asks for a tick at once, as something was changed that it should see; any thread. */
  public void wake() {
    wakes.release();
  }

  private void run() {
    try {
      while (closed.getCount() > 0) {
        long begin = nanoTime.getAsLong();
        outlive();
        if (wakes.tryAcquire(left(begin, tickNanos), TimeUnit.NANOSECONDS)) {
          wakes.drainPermits();
          closed.await(left(begin, LEAST_PAUSE.toNanos()), TimeUnit.NANOSECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A tick that may fail in every way: nothing may end this thread. */
  private void outlive() {
    try {
      tick();
    } catch (RuntimeException | Error e) {
      failedTicks.incrementAndGet();
      log.error("rollouts: a tick failed in an unexpected way; the next one begins anew", e);
    }
  }

  private long left(long begin, long nanos) {
    return Math.max(0, nanos - (nanoTime.getAsLong() - begin));
  }

  /** One look at everything; by the controller's thread, or a test's instead of it. */
  void tick() {
    long begin = nanoTime.getAsLong();
    try {
      if (fence == null) {
        // Nothing was timed by it: whoever takes the lease begins with the clock as it is then.
        clock.forget();
      }
      Instant now = clock.now();
      if (holds(now)) {
        Renewal renewal = new Renewal(lease, requireNonNull(fence), nanoTime);
        steps.leased();
        if (duty.take(() -> turn.take(renewal, now, Duration.between(looked, now)))) {
          looked = now;
        }
        forgetAnswers();
      }
      away = false;
    } catch (UnheldException e) {
      lose();
    } catch (RuntimeException e) {
      failed(e);
    }
    ticks.incrementAndGet();
    long end = nanoTime.getAsLong();
    lastTick = new LastTick(end, end - begin);
  }

  /** Some with each turn while there are more, so that they do not come faster than they go. */
  private void forgetAnswers() {
    if (turnsLeft > 0) {
      turnsLeft--;
      return;
    }
    turnsLeft = TURNS_BETWEEN - 1;
    if (journal.forgetAnswers(ANSWERS_KEPT, FORGOTTEN_MAX) == FORGOTTEN_MAX) {
      turnsLeft = 0;
    }
  }

  /**
   * Whether this process may act now.
   *
   * @param now by the clock of the log, for those who write into it without the lease
   */
  private boolean holds(Instant now) {
    Fence mine = fence;
    if (mine != null) {
      if (!lease.renew(mine, now, looked)) {
        lose();
        return false;
      }
      if (duty.isOver() && lease.isShared()) {
        giveUp(mine);
        return false;
      }
      return true;
    }
    if (duty.rests()) {
      return false;
    }
    if (!begun) {
      lease.dismissTheDead();
      begun = true;
    }
    ControllerLease.Sight sight = lease.sight();
    Optional<Fence> taken = lease.take(now);
    if (taken.isEmpty()) {
      return false;
    }
    looked = now.minus(sight.sinceLook(now));
    fence = taken.get();
    lastLease = taken.get().number();
    log.info("rollouts: this process acts for all runs from now on, by lease {}", lastLease);
    watcher.taken();
    return true;
  }

  /** So that another process may act, whose turns may not fail. */
  private void giveUp(Fence mine) {
    lease.release(mine);
    if (duty.givenUp()) {
      log.warn(
          "rollouts: no turn of this process comes to its end, the last failed with: {}; it gives"
              + " lease {} up for {}",
          duty.why(),
          mine.number(),
          Duty.REST);
    }
    lose();
  }

  /** Forgets everything: it is somebody else's. */
  private void lose() {
    Fence lost = fence;
    fence = null;
    turn.forget();
    duty.lost();
    if (lost != null) {
      log.info("rollouts: lease {} is over, another process may act", lost.number());
      watcher.lost();
    }
  }

  private void failed(RuntimeException failure) {
    failedTicks.incrementAndGet();
    if (failure instanceof ApiException e) {
      if (!away) {
        log.warn("rollouts: nothing is decided until the store answers: {}", e.getMessage());
      }
      away = true;
    } else {
      log.error("rollouts: a tick failed", failure);
    }
  }

  /**
   * What the last look at a run showed and when its stage may be left, for people who ask: it takes
   * longer than a look. Empty: this process has not looked at it. Any thread.
   */
  public Optional<Verdict> verdict(String run) {
    HeldRun asked = held.get(run);
    return asked == null ? Optional.empty() : asked.verdict();
  }

  /**
   * Why a run stays where it stands, as the newest tick found, for people. Empty: it was moved just
   * now, or this process does not act for it. Any thread.
   */
  public String because(String run) {
    return held.because(run);
  }

  /** What the last look showed without a forecast, as entries of logs keep it; any thread. */
  public Optional<Verdict> knownVerdict(String run) {
    HeldRun asked = held.get(run);
    return asked == null ? Optional.empty() : asked.knownVerdict();
  }

  /** The figures of that look alone, as often as one likes; any thread. */
  public Optional<LastLook> lastLook(String run) {
    HeldRun asked = held.get(run);
    return asked == null ? Optional.empty() : asked.lastLook();
  }

  /** The runs that this process acts for, as it knows them, by their ids; any thread. */
  public List<RunView> runs() {
    return held.all().stream().map(HeldRun::view).toList();
  }

  /** The rollouts that were rolled back while this process acts for them; any thread. */
  public List<RolledBack> rolledBack() {
    return turn.rollbacks().all();
  }

  /** What it is about; any thread. */
  public ControllerStatus status() {
    LastTick last = lastTick;
    return new ControllerStatus(
        fence != null,
        lastLease,
        held.size(),
        held.failing(),
        ticks.get(),
        failedTicks.get(),
        turn.moves(),
        last == null
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(nanoTime.getAsLong() - last.endNanos())),
        last == null ? Duration.ZERO : Duration.ofNanos(last.nanos()));
  }

  /** Ends after the tick under way, and gives the lease back, so that another takes it at once. */
  @Override
  public synchronized void close() {
    closed.countDown();
    wake();
    Thread running = thread;
    if (running != null) {
      try {
        if (!running.join(CLOSE_WAIT)) {
          // Its lease runs out by itself.
          log.warn("rollouts: the last tick is not over after {}", CLOSE_WAIT);
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    Fence mine = fence;
    if (mine != null) {
      try {
        turn.end(new Renewal(lease, mine, nanoTime));
        lease.release(mine);
      } catch (RuntimeException e) {
        log.warn("rollouts: the lease is not given back, and runs out: {}", e.getMessage());
      }
      lose();
    }
  }
}
