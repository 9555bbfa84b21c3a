package dev.serin.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far documents of one kind lead to others of it, and whether they lead back.
 *
 * <p>Takes time in proportion to the references, and no recursion: what people write may lead
 * anywhere. Heights grow from the documents that name none (Kahn, "Topological sorting of large
 * networks", 1962); those that never get one lead into a cycle.
 */
final class Chains {
  private static final String ARROW = " -> ";

  /** Documents of a cycle that are written out: enough to see where it runs. */
  private static final int MAX_SHOWN = 20;

  private final Map<String, List<String>> next;
  private final Map<String, Integer> heights = new HashMap<>();

  /**
   * Makes chains.
   *
   * @param next the keys that a document names, for all that name any
   */
  Chains(Map<String, List<String>> next) {
    this.next = next;
    Map<String, List<String>> namedBy = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    next.forEach(
        (key, named) -> {
          open.put(key, named.size());
          named.forEach(n -> namedBy.computeIfAbsent(n, any -> new ArrayList<>()).add(key));
        });
    Deque<String> done = new ArrayDeque<>();
    namedBy.keySet().stream().filter(key -> !next.containsKey(key)).forEach(done::add);
    while (!done.isEmpty()) {
      String key = done.remove();
      for (String by : namedBy.getOrDefault(key, List.of())) {
        heights.merge(by, height(key) + 1, Math::max);
        if (open.merge(by, -1, Integer::sum) == 0) {
          done.add(by);
        }
      }
    }
    open.forEach(
        (key, count) -> {
          if (count > 0) {
            heights.put(key, Integer.MAX_VALUE);
          }
        });
  }

  /** Reports a cycle that a document leads into, or a chain from it that is too long. */
  void validate(Report report, String field, String key, int maxHeight) {
    int height = height(key);
    if (height == Integer.MAX_VALUE) {
      report.add(field, cycle(key), "no cycle");
    } else if (height > maxHeight) {
      report.add(
          field,
          String.join(ARROW, chain(key, maxHeight + 1)),
          "a chain of at most " + maxHeight + " documents");
    }
  }

  /** Returns the number of documents in the longest chain from one on, itself included. */
  private int height(String key) {
    return heights.getOrDefault(key, 1);
  }

  /** Returns the way from a document to the first one that is there twice, as text. */
  private String cycle(String start) {
    List<String> way = new ArrayList<>(List.of(start));
    while (way.size() < MAX_SHOWN) {
      String key = highest(way.get(way.size() - 1));
      boolean closed = way.contains(key);
      way.add(key);
      if (closed) {
        return String.join(ARROW, way);
      }
    }
    return String.join(ARROW, way) + ARROW + "…";
  }

  private List<String> chain(String start, int length) {
    List<String> chain = new ArrayList<>(List.of(start));
    while (chain.size() < length) {
      chain.add(highest(chain.get(chain.size() - 1)));
    }
    return chain;
  }

  /** Returns the document from which the longest chain goes on, of those that one names. */
  private String highest(String key) {
    String highest = key;
    int height = 0;
    for (String named : next.getOrDefault(key, List.of())) {
      if (height(named) > height) {
        highest = named;
        height = height(named);
      }
    }
    return highest;
  }
}
