package dev.serin.loadtest.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between servers and their PostgreSQL: the store may be away, and commits of flushes, or
 * their answers, may be lost. The driver has to send statements as texts, each time.
 */
final class StoreRelay extends Relay {
  /** What the driver has to be told. */
  static final String DRIVER_OPTION = "preferQueryMode=simple";

  private static final byte[] FLUSH = ascii("INSERT INTO outcome_delta");
  private static final byte[] COMMIT = ascii("COMMIT");

  /** What is to be lost next. */
  private enum Loss {
    NOTHING,
    COMMIT,
    ANSWER
  }

  private final AtomicReference<Loss> next = new AtomicReference<>(Loss.NOTHING);
  private final Away away;

  /** The connection whose next answer is lost; null: none is. */
  private volatile @Nullable Link losing;

  /** Whether the store is to be reached. */
  private static final class Away {
    private final InetSocketAddress store;
    private volatile boolean now;

    Away(int port) {
      store = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
  }

  private StoreRelay(Away away) throws IOException {
    super(() -> away.now ? null : away.store);
    this.away = away;
  }

  /** A relay before the PostgreSQL on this port of loopback. */
  static StoreRelay before(int port) throws IOException {
    return new StoreRelay(new Away(port));
  }

  /** Loses the answer to the next commit of a flush. */
  void loseAnswer() {
    next.set(Loss.ANSWER);
  }

  /** Loses the next commit of a flush. */
  void loseCommit() {
    next.set(Loss.COMMIT);
  }

  /** Whether what was to be lost has been. */
  boolean hasLost() {
    return next.get() == Loss.NOTHING;
  }

  /** Has nobody reach the store, or everybody again. */
  void setAway(boolean isAway) {
    away.now = isAway;
    if (isAway) {
      cut();
    }
  }

  @Override
  boolean sends(Link link, byte[] bytes, int count) {
    boolean flush = link.marked || holds(bytes, count, FLUSH);
    if (!flush || !holds(bytes, count, COMMIT)) {
      link.marked = flush;
      return true;
    }
    link.marked = false;
    if (next.compareAndSet(Loss.COMMIT, Loss.NOTHING)) {
      return false;
    }
    if (next.compareAndSet(Loss.ANSWER, Loss.NOTHING)) {
      losing = link;
    }
    return true;
  }

  @Override
  boolean answers(Link link) {
    return losing != link;
  }

  private static boolean holds(byte[] bytes, int count, byte[] text) {
    for (int at = 0; at + text.length <= count; at++) {
      if (Arrays.equals(bytes, at, at + text.length, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
