package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which element of a list before a change is which after it.
 *
 * <p>Elements with an identity (a key, an id, the variant they are about) are matched by it. All
 * others are matched by a longest common subsequence of equal elements; what is left between two
 * matches is paired in order, and the rest was added or removed.
 */
final class ListAlignment {
  /** Fields that identify an element, the first that a message has. */
  private static final List<String> IDENTITIES = List.of("key", "id", "variant", "feature", "name");

  /**
   * Cells of the table of the longest common subsequence: 4 MiB of ints. Larger lists are compared
   * as a whole.
   */
  private static final int MAX_CELLS = 1 << 20;

  /**
   * Elements that differ, of a list without identities, beyond which nobody reads them one by one.
   */
  static final int MAX_DIFFERENCES = 100;

  /** Positions before and after; -1: not there. */
  record Pair(int before, int after) {}

  private final List<Pair> pairs;
  private final boolean tellable;

  private ListAlignment(List<Pair> pairs, boolean tellable) {
    this.pairs = pairs;
    this.tellable = tellable;
  }

  static ListAlignment of(FieldDescriptor field, List<?> before, List<?> after) {
    FieldDescriptor identity = identity(field);
    if (identity != null) {
      List<Pair> pairs = byIdentity(identity, before, after);
      if (pairs != null) {
        return new ListAlignment(pairs, true);
      }
    }
    return byEquality(before, after);
  }

  /** The pairs that are of interest, those that are gone last; equal ones may be left out. */
  List<Pair> pairs() {
    return pairs;
  }

  /** False: the lists differ in so much that they are shown as a whole. */
  boolean tellable() {
    return tellable;
  }

  /** True: elements that are in both lists stand in another order. */
  boolean reordered() {
    int last = -1;
    for (Pair pair : pairs) {
      if (pair.before() >= 0 && pair.after() >= 0) {
        if (pair.before() < last) {
          return true;
        }
        last = pair.before();
      }
    }
    return false;
  }

  /** The field that identifies this field's elements, or null. */
  static @Nullable FieldDescriptor identity(FieldDescriptor field) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return null;
    }
    for (String name : IDENTITIES) {
      FieldDescriptor identity = field.getMessageType().findFieldByName(name);
      if (identity != null && identity.getJavaType() == FieldDescriptor.JavaType.STRING) {
        return identity;
      }
    }
    return null;
  }

  /** In the order after the change; null: an identity stands twice in one of the lists. */
  private static @Nullable List<Pair> byIdentity(
      FieldDescriptor identity, List<?> before, List<?> after) {
    Map<Object, Integer> positions = new HashMap<>();
    for (int i = 0; i < before.size(); i++) {
      if (positions.put(((Message) before.get(i)).getField(identity), i) != null) {
        return null;
      }
    }
    Map<Object, Integer> seen = new HashMap<>();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      Object id = ((Message) after.get(i)).getField(identity);
      if (seen.put(id, i) != null) {
        return null;
      }
      Integer position = positions.remove(id);
      pairs.add(new Pair(position == null ? -1 : position, i));
    }
    positions.values().stream().sorted().forEach(gone -> pairs.add(new Pair(gone, -1)));
    return pairs;
  }

  private static ListAlignment byEquality(List<?> before, List<?> after) {
    int shorter = Math.min(before.size(), after.size());
    int head = 0;
    while (head < shorter && before.get(head).equals(after.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    List<?> from = before.subList(head, before.size() - tail);
    List<?> to = after.subList(head, after.size() - tail);
    if ((from.size() + 1L) * (to.size() + 1L) > MAX_CELLS) {
      return new ListAlignment(List.of(), false);
    }
    List<Pair> pairs = differences(from, to, head);
    return new ListAlignment(pairs, pairs.size() <= MAX_DIFFERENCES);
  }

  /** The elements that are not in the longest common subsequence, positions shifted by head. */
  private static List<Pair> differences(List<?> from, List<?> to, int head) {
    int[][] common = commonLengths(from, to);
    List<Pair> pairs = new ArrayList<>();
    List<Integer> gone = new ArrayList<>();
    List<Integer> added = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < from.size() || j < to.size()) {
      if (i < from.size() && j < to.size() && from.get(i).equals(to.get(j))) {
        flush(gone, added, pairs);
        i++;
        j++;
      } else if (j == to.size() || (i < from.size() && common[i + 1][j] >= common[i][j + 1])) {
        gone.add(head + i++);
      } else {
        added.add(head + j++);
      }
    }
    flush(gone, added, pairs);
    return pairs;
  }

  private static void flush(List<Integer> gone, List<Integer> added, List<Pair> pairs) {
    for (int k = 0; k < Math.max(gone.size(), added.size()); k++) {
      pairs.add(new Pair(k < gone.size() ? gone.get(k) : -1, k < added.size() ? added.get(k) : -1));
    }
    gone.clear();
    added.clear();
  }

  /** Cell [i][j]: length of the longest common subsequence of from[i..] and to[j..]. */
  private static int[][] commonLengths(List<?> from, List<?> to) {
    int[][] common = new int[from.size() + 1][to.size() + 1];
    for (int i = from.size() - 1; i >= 0; i--) {
      for (int j = to.size() - 1; j >= 0; j--) {
        common[i][j] =
            from.get(i).equals(to.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }
}
