package dev.serin.server.outcome.ledger;

/** A generation of thinning: how many units sets keep from it on, and how large they were. */
public final class ThinningRow {
  private final int generation;
  private final int level;
  private final byte[] sizes;

  /**
   * A generation.
   *
   * @param generation 1, 2, 3, …
   * @param level one unit in 2^level is kept
   * @param sizes of all sets when it began; not to be changed afterwards
   */
  public ThinningRow(int generation, int level, byte[] sizes) {
    this.generation = generation;
    this.level = level;
    this.sizes = sizes;
  }

  int generation() {
    return generation;
  }

  int level() {
    return level;
  }

  byte[] sizes() {
    return sizes;
  }
}
