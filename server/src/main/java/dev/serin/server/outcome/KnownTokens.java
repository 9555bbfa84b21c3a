package dev.serin.server.outcome;

import dev.serin.engine.Bucketing;
import dev.serin.engine.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What tokens were found to mean, by their bytes: one for each place of a table, where a later
 * token takes that of an earlier. So forged ones cannot make it grow. For one thread.
 */
final class KnownTokens {
  private final @Nullable Known[] places;

  /** What a token was found to mean with a snapshot. */
  static final class Known {
    private final byte[] token;
    private final String namespace;
    private final Snapshot snapshot;
    private final Resolution resolution;

    private Known(byte[] token, String namespace, Snapshot snapshot, Resolution resolution) {
      this.token = token;
      this.namespace = namespace;
      this.snapshot = snapshot;
      this.resolution = resolution;
    }

    String namespace() {
      return namespace;
    }

    Snapshot snapshot() {
      return snapshot;
    }

    Resolution resolution() {
      return resolution;
    }
  }

  /**
   * An empty table.
   *
   * @param size how many it holds at most, a power of two
   */
  KnownTokens(int size) {
    places = new @Nullable Known[size];
  }

  @Nullable Known find(byte[] bytes, int at, int length) {
    Known known = places[place(bytes, at, length)];
    return known != null
            && Arrays.equals(known.token, 0, known.token.length, bytes, at, at + length)
        ? known
        : null;
  }

  void add(String token, String namespace, Snapshot snapshot, Resolution resolution) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    places[place(bytes, 0, bytes.length)] = new Known(bytes, namespace, snapshot, resolution);
  }

  private int place(byte[] bytes, int at, int length) {
    return (int) Bucketing.hash(bytes, at, length) & (places.length - 1);
  }
}
