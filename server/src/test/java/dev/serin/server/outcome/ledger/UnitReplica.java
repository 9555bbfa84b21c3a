package dev.serin.server.outcome.ledger;

import dev.serin.server.outcome.aggregate.Cell;
import dev.serin.server.outcome.aggregate.CellKey;
import dev.serin.server.outcome.aggregate.CellParts;
import dev.serin.server.outcome.aggregate.Delta;
import dev.serin.server.outcome.aggregate.DeltaBuilder;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.FrozenSizes;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.PlaceUnits;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.outcome.aggregate.UnitCount;
import dev.serin.server.store.Database;
import dev.serin.v1.Arm;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A replica without threads that counts units: its view is a real one, and bounded. It does what is
 * due when it is told to.
 */
final class UnitReplica implements FlushSource, DeltaSink, ViewBounds, DeltaMerger {
  static final Place OLD = place(1, "old");
  static final Place NEW = place(1, "new");
  static final Place NEXT = place(2, "new");
  static final CellKey ERROR = new CellKey(NEW, "error", 7);
  static final long TIME = 1_760_000_000_000L;

  private static final Duration FLUSH = Duration.ofMillis(100);

  private final Database database;
  private final Incarnation me;
  private final LedgerWork work;
  private final Follower follower;
  private final Folder folder;
  private final Thinner thinner;
  private final Expiry expiry;
  private final int unitsMax;
  private final List<Given> waiting = new ArrayList<>();
  private List<Given> underWay = List.of();
  private Delta delta = new Delta();
  private MergedView view = new MergedView();
  private Predicate<Place> ended = place -> false;
  private Predicate<Place> expired = place -> false;
  private @Nullable Integer expiredAt;
  private long now;
  private int loads;

  /** That a unit was exposed, or had an error. */
  record Given(Place place, long unit, boolean isError) {}

  /** What was durable, and the generation it was flushed under. */
  record Flushed(int generation, List<Given> given) {}

  /** The durable ones of this replica. */
  final List<Flushed> flushed = new ArrayList<>();

  UnitReplica(Database database, RandomGenerator random, int unitsMax) {
    this.database = database;
    this.unitsMax = unitsMax;
    me = new Incarnation(random.nextLong(), "test");
    Unfolded unfolded = new Unfolded();
    LedgerMeters meters = new LedgerMeters(new SimpleMeterRegistry(), unfolded);
    work =
        new LedgerWork(
            database,
            me,
            new LedgerParts(this, this, this, this, () -> null),
            unfolded,
            meters,
            InstantSource.system(),
            random::nextLong);
    follower = new Follower(database, me, this, work.flushes(), () -> now);
    folder = new Folder(database, me, this, unfolded, random::nextLong);
    thinner = new Thinner(database, me, this, follower);
    expiry = new Expiry(this, folder);
    now = random.nextLong();
  }

  /** One that has registered and loaded. */
  static UnitReplica started(Database database, RandomGenerator random, int unitsMax) {
    UnitReplica replica = new UnitReplica(database, random, unitsMax);
    replica.turn(Duration.ZERO);
    replica.follow();
    return replica;
  }

  private static Place place(int stage, String variant) {
    return new Place(
        "shop", "ranking", "main", "", stage, 0, Arm.ARM_SPLIT, variant, false, "user_key");
  }

  /** The hash of a unit, from its number. */
  static long unit(long number) {
    return (number + 1) * 0x9e3779b97f4a7c15L;
  }

  long id() {
    return me.id();
  }

  LedgerState state() {
    return work.state();
  }

  MergedView view() {
    return view;
  }

  long flushNumber() {
    return work.flushes().number();
  }

  /** Takes exposures of units, given by their numbers; they are flushed with a later turn. */
  UnitReplica expose(Place place, long from, long until) {
    for (long number = from; number < until; number++) {
      waiting.add(new Given(place, unit(number), false));
    }
    work.flushes().pending();
    return this;
  }

  /** Takes errors at {@link #NEW}. */
  UnitReplica fail(long from, long until) {
    for (long number = from; number < until; number++) {
      waiting.add(new Given(NEW, unit(number), true));
    }
    work.flushes().pending();
    return this;
  }

  /** Lets time pass and does what the ledger's thread does then. */
  void turn(Duration later) {
    now += later.toNanos();
    for (int i = 0; i < 10 && work.turn(now) == 0; i++) {}
  }

  void flush() {
    turn(FLUSH);
  }

  void follow() {
    try {
      follower.turn();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Follows and does what is due then about units. */
  void thinIfNeeded() {
    follow();
    thinner.turn();
  }

  /** Thins without having followed before. */
  void thinBlindly() {
    thinner.turn();
  }

  void fold() {
    folder.turn(now);
  }

  /** It has been frozen for longer than a replica may be silent, as the store sees it. */
  void fallSilent() {
    TestReplica.fallSilent(database, me.id());
  }

  void pass(Duration time) {
    now += time.toNanos();
  }

  /** From now on these places have ended long ago. */
  void ended(Predicate<Place> places) {
    ended = places;
    expiry.turn(now);
  }

  /** What has ended long ago. */
  Predicate<Place> isEnded() {
    return ended;
  }

  /** All that is known of units and numbers, to be compared. */
  String known() {
    return Base64.getEncoder().encodeToString(DeltaCodec.encode(view.toDelta()))
        + List.of(counts(OLD), counts(NEW), counts(NEXT));
  }

  private List<UnitCount> counts(Place place) {
    PlaceUnits units = view.units(place);
    return List.of(units.exposedCount(), units.userCount(), units.eventCount(ERROR));
  }

  /** How many units of a place count, by user bucket: exposed ones, or those with an error. */
  List<Long> byBucket(Place place, boolean isError) {
    PlaceUnits units = view.units(place);
    return Arrays.stream(units.byBucket(isError ? units.withEvent(ERROR) : units.exposed()))
        .boxed()
        .toList();
  }

  /** How many exposures were counted at a place. */
  long exposures(Place place) {
    return view.cell(CellKey.exposures(place)).map(Cell::count).orElse(0L);
  }

  UnitCount exposed(Place place) {
    return view.units(place).exposedCount();
  }

  @Override
  public @Nullable PreparedFlush prepare() {
    underWay = List.copyOf(waiting);
    waiting.clear();
    if (underWay.isEmpty()) {
      return null;
    }
    DeltaBuilder builder = new DeltaBuilder(view);
    for (Given given : underWay) {
      if (given.isError()) {
        builder.event(ERROR, given.unit());
        builder.value(ERROR, CellParts.BUCKETS, 1 << 20, (int) (given.unit() & 127), TIME);
      } else {
        builder.exposure(given.place(), given.unit(), TIME);
      }
    }
    delta = builder.build();
    return new PreparedFlush(DeltaCodec.encode(delta), List.of());
  }

  @Override
  public @Nullable PreparedFlush without(Set<OpenSession> fenced) {
    throw new IllegalStateException("fenced (expected: no sessions)");
  }

  @Override
  public void committed() {
    flushed.add(new Flushed(delta.thinning().generation(), underWay));
    view.apply(delta);
    underWay = List.of();
  }

  @Override
  public void dropped() {
    waiting.clear();
    underWay = List.of();
  }

  @Override
  public void apply(List<byte[]> deltas) {
    deltas.forEach(bytes -> view.apply(DeltaCodec.decode(bytes)));
  }

  @Override
  public void thin(byte[] sizes) {
    view.thin(FrozenSizes.decode(sizes));
  }

  @Override
  public void replace(byte @Nullable [] sizes, List<byte[]> deltas) {
    view = new MergedView(sizes == null ? FrozenSizes.NONE : FrozenSizes.decode(sizes));
    apply(deltas);
    loads++;
  }

  /** How often all was loaded anew. */
  int loads() {
    return loads;
  }

  @Override
  public @Nullable ThinningRow exceeded() {
    if (view.unitCount() <= unitsMax) {
      return null;
    }
    FrozenSizes next = view.nextGeneration();
    return new ThinningRow(next.thinning().generation(), next.thinning().level(), next.encode());
  }

  @Override
  public boolean expire() {
    expired = ended;
    boolean dropped = view.expire(expired);
    boolean isThinned = expiredAt != null && view.thinning().generation() > expiredAt;
    expiredAt = view.thinning().generation();
    return dropped || isThinned;
  }

  @Override
  public byte[] merge(List<byte[]> deltas) {
    Delta all = new Delta(view.thinning());
    deltas.forEach(bytes -> all.merge(DeltaCodec.decode(bytes)));
    return DeltaCodec.encode(all.retained(expired));
  }

  Thinning thinning() {
    return view.thinning();
  }
}
