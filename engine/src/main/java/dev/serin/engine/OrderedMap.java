package dev.serin.engine;

import static java.util.Objects.requireNonNull;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in the order of its keys, of which a changed copy is made quickly. It holds no
 * null.
 *
 * <p>Keys and values stand in two arrays. A copy with a few changes moves whole stretches of them
 * at once, and two maps are compared by walking along both: among thousands of entries that costs
 * little, where a hash table or a tree would be built anew. A copy with the same keys shares their
 * array. Finding a key is a binary search.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class OrderedMap<K extends Comparable<K>, V> extends AbstractMap<K, V> {
  private final K[] keys;
  private final V[] values;

  private OrderedMap(K[] keys, V[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** Returns the map without entries. */
  @SuppressWarnings("unchecked") // Arrays for keys and values of any type; nobody else sees them.
  public static <K extends Comparable<K>, V> OrderedMap<K, V> of() {
    return new OrderedMap<>((K[]) new Comparable<?>[0], (V[]) new Object[0]);
  }

  /** Returns a map of the same entries; the map itself, where it is one of this class. */
  public static <K extends Comparable<K>, V> OrderedMap<K, V> copyOf(Map<K, V> map) {
    if (map instanceof OrderedMap<K, V> ordered) {
      return ordered;
    }
    Editor<K, V> editor = OrderedMap.<K, V>of().edit();
    map.forEach(editor::put);
    return editor.build();
  }

  /** Called back with a difference of two maps. */
  @FunctionalInterface
  public interface Difference<K, V> {
    /**
     * A key has another value than before.
     *
     * @param before the earlier value; null: there was none
     * @param after the value; null: there is none any more
     */
    void found(K key, @Nullable V before, @Nullable V after);
  }

  /**
   * Calls back, in the order of keys, with each key whose value is not the same object as in
   * another map. Equal values that are different objects count as different.
   */
  @SuppressWarnings("ReferenceEquality") // States are made of the objects of those before them.
  public void forEachDifference(OrderedMap<K, V> earlier, Difference<K, V> difference) {
    int before = 0;
    int after = 0;
    while (before < earlier.size() || after < size()) {
      int order = order(earlier, before, after);
      V old = order <= 0 ? earlier.values[before] : null;
      V now = order >= 0 ? values[after] : null;
      if (old != now) {
        difference.found(order <= 0 ? earlier.keys[before] : keys[after], old, now);
      }
      before += order <= 0 ? 1 : 0;
      after += order >= 0 ? 1 : 0;
    }
  }

  /** Compares the keys of two places; one behind the end comes after all others. */
  @SuppressWarnings("ReferenceEquality") // Copies have the keys of what they were made from.
  private int order(OrderedMap<K, V> earlier, int before, int after) {
    if (before == earlier.size()) {
      return 1;
    }
    if (after == size()) {
      return -1;
    }
    K old = earlier.keys[before];
    K now = keys[after];
    return old == now ? 0 : old.compareTo(now);
  }

  /** Returns whether this map was made from another by changing values only, or the other way. */
  @SuppressWarnings("ReferenceEquality") // Equal keys in another array would have to be compared.
  boolean sharesKeys(OrderedMap<K, V> other) {
    return keys == other.keys;
  }

  /** Returns a draft of a map that differs from this one. */
  public Editor<K, V> edit() {
    return new Editor<>(this);
  }

  /** Returns the entries behind a key, which need not be there; a view. */
  public List<Map.Entry<K, V>> entriesAfter(K key) {
    int place = find(key);
    return new Entries().subList(place >= 0 ? place + 1 : -place - 1, size());
  }

  /** Returns the values in the order of their keys; a view. */
  @Override
  public List<V> values() {
    return Collections.unmodifiableList(Arrays.asList(values));
  }

  @Override
  public int size() {
    return keys.length;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    int place = find(requireNonNull(key, "key"));
    return place >= 0 ? values[place] : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return find(requireNonNull(key, "key")) >= 0;
  }

  @Override
  public void forEach(BiConsumer<? super K, ? super V> action) {
    for (int i = 0; i < keys.length; i++) {
      action.accept(keys[i], values[i]);
    }
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<K, V>> iterator() {
        return new Entries().iterator();
      }

      @Override
      public int size() {
        return OrderedMap.this.size();
      }
    };
  }

  /** Returns the place of a key; where it is not there, less than 0: as of a binary search. */
  private int find(Object key) {
    return Arrays.binarySearch(keys, key);
  }

  private final class Entries extends AbstractList<Map.Entry<K, V>> implements RandomAccess {
    @Override
    public Map.Entry<K, V> get(int index) {
      return Map.entry(keys[index], values[index]);
    }

    @Override
    public int size() {
      return OrderedMap.this.size();
    }
  }

  /**
   * A map being changed, which is made when all changes are known. For one thread.
   *
   * @param <K> keys
   * @param <V> values
   */
  public static final class Editor<K extends Comparable<K>, V> {
    private final OrderedMap<K, V> base;

    /** The values of keys that are touched; empty: to be removed. */
    private final NavigableMap<K, Optional<V>> edits = new TreeMap<>();

    private Editor(OrderedMap<K, V> base) {
      this.base = base;
    }

    /** Returns the value of a key as it is now; null: there is none. */
    public @Nullable V get(K key) {
      Optional<V> edited = edits.get(key);
      return edited == null ? base.get(key) : edited.orElse(null);
    }

    /** Sets the value of a key. */
    public void put(K key, V value) {
      edits.put(key, Optional.of(value));
    }

    /** Removes a key, if it is there. */
    public void remove(K key) {
      edits.put(key, Optional.empty());
    }

    /** Returns the map with all changes; the one it began with, where there are none. */
    public OrderedMap<K, V> build() {
      if (edits.isEmpty()) {
        return base;
      }
      K[] keys = Arrays.copyOf(base.keys, base.size() + edits.size());
      V[] values = Arrays.copyOf(base.values, base.size() + edits.size());
      boolean sameKeys = true;
      int read = 0;
      int written = 0;
      for (Map.Entry<K, Optional<V>> edit : edits.entrySet()) {
        int place = base.find(edit.getKey());
        boolean there = place >= 0;
        int until = there ? place : -place - 1;
        written = copy(read, until, keys, values, written);
        read = there ? until + 1 : until;
        V value = edit.getValue().orElse(null);
        if (value != null) {
          keys[written] = there ? base.keys[place] : edit.getKey();
          values[written++] = value;
        }
        sameKeys &= there == (value != null);
      }
      written = copy(read, base.size(), keys, values, written);
      return new OrderedMap<>(
          sameKeys ? base.keys : Arrays.copyOf(keys, written), Arrays.copyOf(values, written));
    }

    /** Copies a stretch of the base; returns where the next one begins. */
    private int copy(int from, int until, K[] keys, V[] values, int to) {
      System.arraycopy(base.keys, from, keys, to, until - from);
      System.arraycopy(base.values, from, values, to, until - from);
      return to + until - from;
    }
  }
}
