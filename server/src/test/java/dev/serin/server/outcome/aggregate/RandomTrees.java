package dev.serin.server.outcome.aggregate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Adds things up in a random order, split at random, the parts merged in a random grouping. */
final class RandomTrees {
  private static final int MAX_PARTS = 40;

  private RandomTrees() {}

  static <T, A> A merged(
      List<T> things,
      Random random,
      Supplier<A> empty,
      BiConsumer<A, T> adder,
      BiConsumer<A, A> merger) {
    List<T> shuffled = new ArrayList<>(things);
    Collections.shuffle(shuffled, random);
    List<A> parts = new ArrayList<>();
    int count = 1 + random.nextInt(MAX_PARTS);
    for (int i = 0; i < count; i++) {
      parts.add(empty.get());
    }
    for (T thing : shuffled) {
      adder.accept(parts.get(random.nextInt(count)), thing);
    }
    while (parts.size() > 1) {
      A one = parts.remove(random.nextInt(parts.size()));
      A other = parts.get(random.nextInt(parts.size()));
      merger.accept(other, one);
    }
    return parts.getFirst();
  }
}
