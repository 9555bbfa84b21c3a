package dev.serin.server.outcome;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A reporter without a stream: keeps what it is told. */
final class Told implements Reporter {
  private final List<String> words;

  Told() {
    this(new CopyOnWriteArrayList<>());
  }

  /**
   * One among others.
   *
   * @param words where what it is told is added
   */
  Told(List<String> words) {
    this.words = words;
  }

  @Override
  public void committed(long sequence) {
    words.add("committed " + sequence);
  }

  @Override
  public void dropped() {
    words.add("dropped");
  }

  @Override
  public boolean isFenced() {
    return false;
  }
}
