package dev.serin.server.rollout.notice;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.error.ApiException;
import dev.serin.server.rollout.journal.Outbox;
import dev.serin.server.rollout.journal.WaitingNotification;
import dev.serin.server.rollout.webhook.Post;
import dev.serin.server.rollout.webhook.Posted;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.v1.RolloutTransition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Delivers what waits in the outbox, turn by turn. A turn asks the store and never waits for a
 * receiver. Each receiver (a URL) is sent one notification at a time, those of a run in the order
 * of its log. A receiver that is away is left alone for a growing while, with all that it is to be
 * told; what it refuses by itself is tried again later, and others are told meanwhile.
 *
 * <p>Used by one thread.
 */
final class Deliveries {
  /** Between two looks at the store when nothing is known to have changed. */
  static final Duration POLL = Duration.ofSeconds(1);

  /** After it nobody wants to know any more. */
  static final Duration AGE_MAX = Duration.ofHours(24);

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** Receivers that are sent something at a time: so many that hang hold up others. */
  private static final int FLIGHTS_MAX = 256;

  /** Rows of one look, more than runs and targets are to be expected: some megabytes. */
  private static final int ROWS_MAX = 10_000;

  /** Rows of one receiver that are kept of a look that found as many as it may. */
  private static final int LINE_MAX = 100;

  /** How long the rest is put off: of a receiver that is there, and of one that is away. */
  private static final Duration ASIDE = Duration.ofSeconds(1);

  private static final Duration ASIDE_WHILE_AWAY = Duration.ofSeconds(10);

  /**
   * Receivers of runs that are remembered, so that a row that waits is not read again and again.
   */
  private static final int URLS_MAX = 20_000;

  private static final long COUNT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final Logger log = LoggerFactory.getLogger(Deliveries.class);
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private final Outbox outbox;
  private final NoticeSource source;
  private final Webhooks webhooks;
  private final LongSupplier nanoTime;
  private final Tallies tallies;
  private final Runnable signal;
  private final int rowsMax;
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private final Map<Target, String> urls = new HashMap<>();

  /** Sent, and not noted in the store. */
  private final Set<Key> underWay = new HashSet<>();

  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final Deque<Ended> unnoted = new ArrayDeque<>();
  private boolean looked;
  private long lookedNanos;
  private boolean counted;
  private long countedNanos;
  private volatile boolean wanted;

  /** What a run tells one of its targets. */
  private record Target(String run, int target) {}

  private record Key(String run, long number, int target) {
    static Key of(WaitingNotification row) {
      return new Key(row.run(), row.number(), row.target());
    }

    String event() {
      return run + "/" + number + "/" + target;
    }
  }

  private record Ended(WaitingNotification row, String url, Posted posted) {}

  /**
   * Nothing is sent yet.
   *
   * @param signal called, by any thread, when there is something for a turn to do
   */
  Deliveries(
      Outbox outbox,
      NoticeSource source,
      Webhooks webhooks,
      LongSupplier nanoTime,
      Tallies tallies,
      Runnable signal) {
    this(outbox, source, webhooks, nanoTime, tallies, signal, ROWS_MAX);
  }

  /** Likewise, with so many rows of one look. */
  Deliveries(
      Outbox outbox,
      NoticeSource source,
      Webhooks webhooks,
      LongSupplier nanoTime,
      Tallies tallies,
      Runnable signal,
      int rowsMax) {
    this.outbox = outbox;
    this.source = source;
    this.webhooks = webhooks;
    this.nanoTime = nanoTime;
    this.tallies = tallies;
    this.signal = signal;
    this.rowsMax = rowsMax;
  }

  /** Something was added to the outbox; for all threads. */
  void wanted() {
    wanted = true;
  }

  /**
   * Notes what has become of what was sent, looks for what is due, and sends what can be sent.
   *
   * @throws dev.serin.server.error.ApiException where the store is away; nothing is lost by that,
   *     and the next turn goes on
   */
  void turn() {
    note();
    long now = nanoTime.getAsLong();
    if (wanted || !looked || now - lookedNanos >= POLL.toNanos()) {
      look(now);
    }
    lines.forEach((url, line) -> send(url, line, now));
  }

  /** Notes in the store what has ended, and is called once more when nothing is sent any more. */
  void note() {
    for (Ended next = ended.poll(); next != null; next = ended.poll()) {
      Line line = line(next.url());
      if (line.ended(next.posted(), nanoTime.getAsLong())) {
        tellOfReceiver(next);
      }
      // The run's next one may be due, and is not in the line.
      wanted |= line.isEmpty();
      unnoted.add(next);
    }
    while (!unnoted.isEmpty()) {
      note(unnoted.getFirst());
      underWay.remove(Key.of(unnoted.removeFirst().row()));
    }
  }

  private void note(Ended end) {
    WaitingNotification row = end.row();
    if (end.posted() instanceof Posted.Answered answered && answered.isSuccess()) {
      outbox.done(row);
      tallies.delivered.increment();
    } else if (row.ageMillis() >= AGE_MAX.toMillis()) {
      outbox.done(row);
      tallies.failures.increment();
      tallies.givenUp.increment();
      tell(Level.ERROR, end, "a notification is given up after a day");
    } else {
      outbox.failed(row, Line.BACKOFF.after(row.attempts() + 1));
      tallies.failures.increment();
      // That a receiver is away is told of it once, and not of each that waits for it.
      boolean isNews = row.attempts() == 0 && !Line.isAway(end.posted());
      tell(
          isNews ? Level.WARN : Level.DEBUG,
          end,
          "a notification failed and is tried again for a day");
    }
  }

  private static void tellOfReceiver(Ended end) {
    if (Line.isAway(end.posted())) {
      tell(Level.WARN, end, "a receiver of notifications is left alone for a while");
    } else if (end.posted() instanceof Posted.Answered answered && answered.isSuccess()) {
      tell(Level.INFO, end, "a receiver of notifications is back");
    } else {
      tell(Level.WARN, end, "a receiver of notifications is back and refuses");
    }
  }

  private static void tell(Level level, Ended end, String what) {
    log.atLevel(level)
        .addKeyValue("run", end.row().run())
        .addKeyValue("entry", end.row().number())
        .addKeyValue("url", end.url())
        .log("{}: {}", what, end.posted().text());
  }

  private void look(long now) {
    wanted = false;
    var due = outbox.due(rowsMax);
    lines.values().forEach(Line::clear);
    for (WaitingNotification row : due) {
      if (!underWay.contains(Key.of(row))) {
        url(row).ifPresent(url -> line(url).add(row));
      }
    }
    for (Map.Entry<String, Line> receiver : lines.entrySet()) {
      giveUpOld(receiver.getKey(), receiver.getValue());
      if (due.size() >= rowsMax) {
        putOffRest(receiver.getValue(), now);
      }
    }
    lines.values().removeIf(Line::isForgettable);
    if (!counted || now - countedNanos >= COUNT_NANOS) {
      tallies.waiting(outbox.waiting());
      counted = true;
      countedNanos = now;
    }
    looked = true;
    lookedNanos = now;
  }

  /** What a receiver that is away has not taken for a day is not tried one by one. */
  private void giveUpOld(String url, Line line) {
    if (!line.isAway()) {
      return;
    }
    List<WaitingNotification> old = line.take(row -> row.ageMillis() >= AGE_MAX.toMillis());
    if (old.isEmpty()) {
      return;
    }
    outbox.done(old);
    tallies.givenUp.add(old.size());
    // The next of these runs may be due.
    wanted = true;
    log.atError()
        .addKeyValue("run", old.getFirst().run())
        .addKeyValue("entry", old.getFirst().number())
        .addKeyValue("url", url)
        .log("{} notifications are given up after a day", old.size());
  }

  /** Of a receiver with more than its part of a look, the rest makes room for others. */
  private void putOffRest(Line line, long now) {
    List<WaitingNotification> rest = line.beyond(line.isAway() ? 1 : LINE_MAX);
    if (!rest.isEmpty()) {
      Duration held = line.held(now);
      Duration least = line.isAway() ? ASIDE_WHILE_AWAY : ASIDE;
      outbox.putOff(rest, held.compareTo(least) > 0 ? held : least);
      wanted = true;
    }
  }

  /** The receiver of a row; empty: there is nobody to tell any more. */
  private Optional<String> url(WaitingNotification row) {
    Target target = new Target(row.run(), row.target());
    String known = urls.get(target);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<String> url = notice(row).map(Notice::url);
    if (urls.size() >= URLS_MAX) {
      urls.clear();
    }
    url.ifPresent(found -> urls.put(target, found));
    return url;
  }

  private Optional<Notice> notice(WaitingNotification row) {
    Optional<Notice> notice;
    try {
      notice = source.notice(row);
    } catch (ApiException storeAway) {
      throw storeAway;
    } catch (RuntimeException | Error damaged) {
      // One run that cannot be read does not keep the others from being told of.
      note(new Ended(row, "", new Posted.Unsent(damaged.toString())));
      return Optional.empty();
    }
    if (notice.isEmpty()) {
      log.atWarn()
          .addKeyValue("run", row.run())
          .addKeyValue("entry", row.number())
          .log("notification {}: of no run, entry or target; dropped", Key.of(row).event());
      outbox.done(row);
    }
    return notice;
  }

  private Line line(String url) {
    return lines.computeIfAbsent(url, key -> new Line());
  }

  private void send(String url, Line line, long now) {
    if (underWay.size() >= FLIGHTS_MAX) {
      return;
    }
    @Nullable WaitingNotification row = line.next(now);
    if (row == null) {
      return;
    }
    Optional<Notice> notice = notice(row);
    if (notice.isEmpty()) {
      return;
    }
    Key key = Key.of(row);
    underWay.add(key);
    CompletableFuture<Posted> posted =
        webhooks.post(
            new Post(
                url,
                notice.get().secret(),
                key.event(),
                json(notice.get().transition().toBuilder().setEventId(key.event()).build()),
                DEADLINE));
    line.sent(posted);
    var _ =
        posted.whenComplete(
            (became, cancelled) -> {
              if (cancelled == null) {
                ended.add(new Ended(row, url, became));
                signal.run();
              }
            });
  }

  private static String json(RolloutTransition transition) {
    try {
      return JSON.print(transition);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of plain fields has a JSON form", e);
    }
  }

  /** Ends what is under way; it is sent again by whoever delivers next. */
  void cancel() {
    lines.values().forEach(Line::cancel);
  }
}
