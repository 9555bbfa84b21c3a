package dev.serin.server.outcome.aggregate;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;

/**
 * How large all sets were when a generation of {@link Thinning} began: written once by whoever
 * begins it, read by every replica, so that all of them show the same sizes. They include those of
 * the generations before.
 *
 * @param thinning the generation that began
 * @param sizes of the exposed ({@link CellKey#exposures}), of all users ({@link CellKey#outcomes})
 *     and of those with an event (its key), leaked ones left out; 0 where there is none
 */
public record FrozenSizes(Thinning thinning, Map<CellKey, Long> sizes) {
  /** Nothing was thinned yet. */
  public static final FrozenSizes NONE = new FrozenSizes(Thinning.NONE, Map.of());

  /**
   * Keeps a copy.
   *
   * @throws IllegalArgumentException if there are sizes before the first generation
   */
  public FrozenSizes {
    requireNonNull(thinning, "thinning");
    sizes = Map.copyOf(sizes);
    if (thinning.generation() == 0 && !sizes.isEmpty()) {
      throw new IllegalArgumentException(
          "sizes: " + sizes.size() + " in generation 0 (expected: none)");
    }
  }

  long of(CellKey key) {
    return sizes.getOrDefault(key, 0L);
  }

  /** Returns their form in the store: that of a delta whose cells count the sizes. */
  public byte[] encode() {
    Delta delta = new Delta(thinning);
    sizes.forEach(
        (key, size) ->
            delta.cells().put(key, Cell.plain(size, new FixedSum(), new SquareSum(), 0, 0)));
    return DeltaCodec.encode(delta);
  }

  /**
   * Returns the sizes of bytes.
   *
   * @throws UnreadableDeltaException if {@link #encode} does not return such bytes
   */
  public static FrozenSizes decode(byte[] bytes) {
    Delta delta = DeltaCodec.decode(bytes);
    Map<CellKey, Long> sizes = new HashMap<>();
    delta.cells().forEach((key, cell) -> sizes.put(key, cell.count()));
    if (delta.thinning().generation() == 0 || !delta.sets().isEmpty()) {
      throw new UnreadableDeltaException(
          "frozen sizes: generation "
              + delta.thinning().generation()
              + ", sets of "
              + delta.sets().size()
              + " places (expected: 1 or more, none)");
    }
    return new FrozenSizes(delta.thinning(), sizes);
  }
}
