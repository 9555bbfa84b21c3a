package dev.serin.server.outcome.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A replica without threads: its ledger does what is due when it is told to. Its deltas are lists
 * of names, a line for each outcome, so that what is counted can be seen.
 */
final class TestReplica implements FlushSource, DeltaSink {
  private static final ViewBounds NO_BOUNDS =
      new ViewBounds() {
        @Override
        public @Nullable ThinningRow exceeded() {
          return null;
        }

        @Override
        public boolean expire() {
          return false;
        }
      };

  private final Database database;
  private final Incarnation me;
  private final LedgerWork work;
  private final Follower follower;
  private final Folder folder;
  private final Unfolded unfolded = new Unfolded();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<String, Integer> view = new TreeMap<>();
  private final List<Entry> waiting = new ArrayList<>();
  private List<Entry> underWay = List.of();
  private long now;
  private boolean dropped;
  private boolean failing;
  private boolean unannounced;
  private Duration loadTime = Duration.ZERO;
  private int loads;

  /** An accepted outcome. */
  private record Entry(TestClaimant claimant, OpenSession session, long sequence) {
    String name() {
      return session.id() + "/" + sequence;
    }
  }

  TestReplica(Database database, RandomGenerator random) {
    this(database, random, InstantSource.system());
  }

  TestReplica(Database database, RandomGenerator random, InstantSource clock) {
    this.database = database;
    me = new Incarnation(random.nextLong(), "test");
    LedgerMeters meters = new LedgerMeters(registry, unfolded);
    work =
        new LedgerWork(
            database,
            me,
            new LedgerParts(this, this, NO_BOUNDS, TestReplica::merge, () -> null),
            unfolded,
            meters,
            clock,
            random::nextLong);
    follower = new Follower(database, me, this, work.flushes(), () -> now);
    folder = new Folder(database, me, TestReplica::merge, unfolded, random::nextLong);
    meters.bases(folder::baseBytes);
    now = random.nextLong();
  }

  static byte[] merge(List<byte[]> deltas) {
    StringBuilder all = new StringBuilder();
    deltas.forEach(delta -> all.append(new String(delta, UTF_8)));
    return all.toString().getBytes(UTF_8);
  }

  long id() {
    return me.id();
  }

  LedgerState state() {
    return work.state();
  }

  boolean isDropped() {
    return dropped;
  }

  Unfolded unfolded() {
    return unfolded;
  }

  long flushNumber() {
    return work.flushes().number();
  }

  /** Asks for a session; it is answered with the next turn. */
  TestClaimant claim(String producer, String session, long attempt, boolean fromStart) {
    TestClaimant claimant = new TestClaimant();
    work.line().add(new Claim(producer, session, attempt, fromStart, claimant));
    return claimant;
  }

  /** Opens a session now. */
  TestClaimant open(String session, long attempt) {
    TestClaimant claimant = claim("producer", session, attempt, true);
    turn(Duration.ZERO);
    return claimant;
  }

  /** Accepts an outcome; it is flushed with a later turn. */
  void accept(TestClaimant claimant, long sequence) {
    waiting.add(new Entry(claimant, claimant.session(), sequence));
    work.flushes().pending();
  }

  /** Accepts an outcome without a word. */
  void acceptUnannounced(TestClaimant claimant, long sequence) {
    waiting.add(new Entry(claimant, claimant.session(), sequence));
    unannounced = true;
  }

  /** Holds up flushes, as a load of all does. */
  void hold() throws InterruptedException {
    work.flushes().hold();
  }

  void goOn() {
    work.flushes().goOn();
  }

  OptionalLong viewAgeMillis() {
    return ViewAge.millis(work.flushes(), follower, () -> now);
  }

  /** Lets time pass and does what is due then. */
  void turn(Duration later) {
    now += later.toNanos();
    // A turn may leave more to do at once.
    for (int i = 0; i < 10 && work.turn(now) == 0; i++) {}
  }

  /** Does what is due, and says when something may be due again. */
  Duration untilNextTurn() {
    return Duration.ofNanos(work.turn(now));
  }

  /** Accepts and flushes. */
  void count(TestClaimant claimant, long... sequences) {
    for (long sequence : sequences) {
      accept(claimant, sequence);
    }
    turn(Duration.ofMillis(100));
  }

  void follow() {
    try {
      follower.turn();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void fold() {
    folder.turn(now);
  }

  /** What the meter of bases shows. */
  long baseBytes() {
    return (long) registry.get("serin.outcome.base").gauge().value();
  }

  void release(TestClaimant claimant) {
    work.open().release(claimant.session());
  }

  void leave() {
    work.leave();
  }

  /** It has been frozen for longer than a replica may be silent, as the store sees it. */
  void fallSilent() {
    fallSilent(database, me.id());
  }

  static void fallSilent(Database database, long incarnation) {
    database.execute(
        Priority.FLUSH,
        handle ->
            handle.execute(
                "UPDATE outcome_replica SET renewed = renewed - 20000 WHERE incarnation = ?",
                incarnation));
  }

  void pass(Duration time) {
    now += time.toNanos();
  }

  /** How often each outcome is counted, as this replica sees it. */
  Map<String, Integer> view() {
    return Map.copyOf(view);
  }

  /** How often each outcome is counted, as the store has it. */
  static Map<String, Integer> stored(Database database) {
    TestReplica reader = new TestReplica(database, RandomGenerator.of("L64X128MixRandom"));
    reader.follow();
    return reader.view();
  }

  /** From now on nothing can be gathered for a flush. */
  void fail() {
    failing = true;
  }

  @Override
  public boolean hasUnannounced() {
    return unannounced;
  }

  @Override
  public @Nullable PreparedFlush prepare() {
    if (failing) {
      throw new IllegalStateException("planted");
    }
    waiting.removeIf(entry -> entry.claimant().isFenced());
    underWay = List.copyOf(waiting);
    waiting.clear();
    unannounced = false;
    return prepared();
  }

  private @Nullable PreparedFlush prepared() {
    if (underWay.isEmpty()) {
      return null;
    }
    Map<OpenSession, Long> last = new HashMap<>();
    StringBuilder body = new StringBuilder();
    for (Entry entry : underWay) {
      last.merge(entry.session(), entry.sequence(), Math::max);
      body.append(entry.name()).append('\n');
    }
    List<Progress> progress =
        last.entrySet().stream()
            .map(entry -> new Progress(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingLong(one -> one.session().id()))
            .toList();
    return new PreparedFlush(body.toString().getBytes(UTF_8), progress);
  }

  @Override
  public @Nullable PreparedFlush without(Set<OpenSession> fenced) {
    underWay = underWay.stream().filter(entry -> !fenced.contains(entry.session())).toList();
    return prepared();
  }

  @Override
  public void committed() {
    for (Entry entry : underWay) {
      view.merge(entry.name(), 1, Integer::sum);
      entry.claimant().acknowledged(entry.sequence());
    }
    underWay = List.of();
  }

  @Override
  public void dropped() {
    dropped = true;
    waiting.clear();
    underWay = List.of();
  }

  @Override
  public void apply(List<byte[]> deltas) {
    for (byte[] delta : deltas) {
      new String(delta, UTF_8).lines().forEach(name -> view.merge(name, 1, Integer::sum));
    }
  }

  @Override
  public void thin(byte[] sizes) {
    throw new IllegalStateException("thinned (expected: nothing to be thinned)");
  }

  @Override
  public void replace(byte @Nullable [] sizes, List<byte[]> deltas) {
    view.clear();
    apply(deltas);
    now += loadTime.toNanos();
    loads++;
  }

  /** From now on it takes so long to load all anew. */
  void slowDown(Duration load) {
    loadTime = load;
  }

  /** How often all was loaded anew. */
  int loads() {
    return loads;
  }

  /** The openings that it accepted something under and has not flushed. */
  Set<OpenSession> unflushed() {
    Set<OpenSession> sessions = new HashSet<>();
    waiting.forEach(entry -> sessions.add(entry.session()));
    return sessions;
  }

  Database database() {
    return database;
  }
}
