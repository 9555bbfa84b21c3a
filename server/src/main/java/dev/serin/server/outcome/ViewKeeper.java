package dev.serin.server.outcome;

import dev.serin.server.outcome.aggregate.Delta;
import dev.serin.server.outcome.aggregate.DeltaCodec;
import dev.serin.server.outcome.aggregate.FrozenSizes;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.server.outcome.aggregate.Thinning;
import dev.serin.server.outcome.ledger.DeltaMerger;
import dev.serin.server.outcome.ledger.DeltaSink;
import dev.serin.server.outcome.ledger.ThinningRow;
import dev.serin.server.outcome.ledger.ViewBounds;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings what the store has into the aggregator's view, keeps the view within its bounds, and
 * merges deltas by the same bounds. Called by the ledger's threads, one at a time but for {@link
 * #merge} and {@link #shape}, which are safe for all; waits for the aggregator.
 */
final class ViewKeeper implements DeltaSink, ViewBounds, DeltaMerger {
  /** Looks at the bounds between two measurements of the view: some ten seconds. */
  private static final int LOOKS = 20;

  private final Aggregator aggregator;
  private final int unitsMax;
  private final PlaceRetention retention;

  /** By which deltas are merged: thinned and expired like the view. */
  private volatile Thinning thinning = Thinning.NONE;

  private volatile Predicate<Place> expired = place -> false;
  private volatile Shape shape = new Shape(0, 0, 0);

  /** What held at the last look for what is expired; null: there was none. */
  private @Nullable Thinning looked;

  private int looks;

  /**
   * How large a view is.
   *
   * @param units distinct units
   * @param level one unit in 2^level is kept
   * @param bytes about what it takes in memory, names aside
   */
  record Shape(int units, int level, long bytes) {}

  ViewKeeper(Aggregator aggregator, int unitsMax, PlaceRetention retention) {
    this.aggregator = aggregator;
    this.unitsMax = unitsMax;
    this.retention = retention;
  }

  /** How large the view was some seconds ago. */
  Shape shape() {
    return shape;
  }

  /** Adds them one at a time, so that flushes and questions come in between. */
  @Override
  public void apply(List<byte[]> deltas) {
    for (byte[] bytes : deltas) {
      Delta delta = DeltaCodec.decode(bytes);
      aggregator.change(view -> view.apply(delta));
    }
  }

  @Override
  public void thin(byte[] sizes) {
    FrozenSizes next = FrozenSizes.decode(sizes);
    aggregator.change(view -> view.thin(next));
    holds(next.thinning());
    measure();
  }

  @Override
  public void replace(byte @Nullable [] sizes, List<byte[]> deltas) {
    FrozenSizes frozen = sizes == null ? FrozenSizes.NONE : FrozenSizes.decode(sizes);
    MergedView loaded = new MergedView(frozen);
    deltas.forEach(bytes -> loaded.apply(DeltaCodec.decode(bytes)));
    aggregator.replace(loaded);
    holds(frozen.thinning());
    measure();
  }

  private void holds(Thinning now) {
    if (now.generation() > thinning.generation()) {
      thinning = now;
    }
  }

  @Override
  public @Nullable ThinningRow exceeded() {
    if (looks++ % LOOKS == 0) {
      measure();
    }
    FrozenSizes next =
        aggregator.look(
            view ->
                view.unitCount() > unitsMax && view.thinning().level() < Thinning.MAX_LEVEL
                    ? view.nextGeneration()
                    : null);
    return next == null
        ? null
        : new ThinningRow(next.thinning().generation(), next.thinning().level(), next.encode());
  }

  private void measure() {
    shape =
        aggregator.look(
            view -> new Shape(view.unitCount(), view.thinning().level(), view.sizeBytes()));
  }

  @Override
  public boolean expire() {
    Set<String> namespaces = aggregator.look(MergedView::namespaces);
    Predicate<Place> now = retention.expired(namespaces);
    boolean dropped = aggregator.look(view -> view.expire(now));
    expired = now;
    boolean isThinned = looked != null && thinning.generation() > looked.generation();
    looked = thinning;
    return dropped || isThinned;
  }

  @Override
  public byte[] merge(List<byte[]> deltas) {
    Delta all = new Delta(thinning);
    deltas.forEach(bytes -> all.merge(DeltaCodec.decode(bytes)));
    return DeltaCodec.encode(all.retained(expired));
  }
}
