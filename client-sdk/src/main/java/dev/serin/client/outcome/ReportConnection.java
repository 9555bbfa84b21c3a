package dev.serin.client.outcome;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.serin.v1.OutcomeRefusal;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import io.grpc.ManagedChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream open and sends it what stands in the backlog. For the reporter's thread.
 *
 * <p>A stream begins by claiming the session. The answer says what is committed: that is forgotten,
 * the rest is sent again. So it does not matter where and when a stream was cut. What a stream that
 * was given up may still say is not listened to. The rules are those of docs/outcomes.md.
 */
final class ReportConnection {
  /** A claim takes one commit; a server that is silent for longer is stuck, another may not be. */
  static final long OPENING_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** How often an idle stream says up to when everything is sent. */
  static final long WATERMARK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A stream that was open for so long did work: the next one need not wait. */
  private static final long LIVED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Messages in a row before answers are looked at. */
  private static final int MAX_MESSAGES = 16;

  static final long NEVER = Long.MAX_VALUE;

  private final String producer;
  private final ManagedChannel channel;
  private final Backlog backlog;
  private final Drops drops;
  private final Sources sources;
  private final Tally tally;
  private final Notices notices;
  private final Backoff backoff;

  private ReportSession session;
  private @Nullable ReportStream stream;
  private boolean opened;
  private long openingNanos;
  private long openedNanos;
  private long nextAttemptNanos;
  private long watermarkNanos;
  private long refusedOnStream;
  private boolean fenced;
  private boolean watermarks = true;

  /** Place of the last one sent on this stream. */
  private long sent;

  /** Place of the last one that this process ever sent. */
  private long sentEver;

  /** Place of the last one that the server may have in this session. */
  private long mayBeSent;

  ReportConnection(
      String producer,
      ManagedChannel channel,
      Backlog backlog,
      Drops drops,
      Sources sources,
      Tally tally,
      Notices notices) {
    this.producer = producer;
    this.channel = channel;
    this.backlog = backlog;
    this.drops = drops;
    this.sources = sources;
    this.tally = tally;
    this.notices = notices;
    this.backoff = new Backoff(sources.jitter());
    this.session = backlog.session();
    this.nextAttemptNanos = sources.pace().nanoTime();
    this.sentEver = backlog.first() - 1;
    this.mayBeSent = backlog.next() - 1;
  }

  /**
   * Listens, opens and sends, as far as that is possible at once.
   *
   * @param upTo everything that happened before is in the backlog; null: unknown
   * @param last nothing more will come
   * @return ns until there is something to do unless somebody rings before
   */
  long step(long now, @Nullable Instant upTo, boolean last) {
    listen(now);
    if (fenced) {
      return NEVER;
    }
    if (stream == null) {
      if (now - nextAttemptNanos < 0) {
        return nextAttemptNanos - now;
      }
      open(now);
    }
    if (!opened) {
      if (now - openingNanos < OPENING_NANOS) {
        return OPENING_NANOS - (now - openingNanos);
      }
      giveUp(now, "no answer to the opening of the session");
      return nextAttemptNanos - now;
    }
    return send(requireNonNull(stream), now, upTo, last);
  }

  /** True: somebody else has the session; nothing is sent any more. */
  boolean isFenced() {
    return fenced;
  }

  /** True: no stream is open. */
  boolean isQuiet() {
    return stream == null || !opened;
  }

  /** Cuts the stream and opens another later: what may have gone wrong with it is forgotten. */
  void giveUp(long now, String why) {
    cancel(why);
    away(StreamEnd.givenUp(why), now);
  }

  void cancel(String why) {
    if (stream != null) {
      stream.cancel(why);
    }
  }

  private void open(long now) {
    session = session.openedAgain(sources.pace().now());
    backlog.keep(session);
    // gRPC waits up to minutes between its own attempts; the waits here are shorter.
    channel.resetConnectBackoff();
    ReportStream opening = new ReportStream(channel, sources.pace()::ring);
    opening.send(
        ReportMessage.of(
            ReportOutcomeRequest.newBuilder()
                .setSession(session.message(producer))
                .setFirstSequence(session.sequence(backlog.first()))
                .build(),
            List.of()));
    stream = opening;
    opened = false;
    openingNanos = now;
    refusedOnStream = 0;
    tally.streams.incrementAndGet();
  }

  private void listen(long now) {
    ReportStream current = stream;
    if (current == null) {
      return;
    }
    // The end first: all answers before it are there then.
    StreamEnd end = current.end();
    ReportOutcomeResponse answer = current.poll();
    while (answer != null) {
      take(answer, now);
      if (stream != current) {
        return;
      }
      answer = current.poll();
    }
    if (end != null) {
      ended(end, now);
    }
  }

  private void take(ReportOutcomeResponse answer, long now) {
    boolean first = !opened;
    if (first) {
      opened = true;
      openedNanos = now;
      watermarkNanos = now;
      notices.opened();
    }
    // Read before they are forgotten, told after: a listener may take its time.
    List<RefusedOutcome> refused = refusedIn(answer);
    settle(session.place(answer.getCommittedSequence()), first, now);
    tell(refused, answer.getRefusedTotal());
  }

  private void settle(long through, boolean first, long now) {
    if (through > mayBeSent) {
      acknowledge(mayBeSent);
      beginAnew(now, "the server has more of it than was sent: a spool older than its server");
    } else if (through >= backlog.first() - 1) {
      if (through >= backlog.first()) {
        acknowledge(through);
        backoff.reset();
      }
      sent = first ? through : Math.max(sent, through);
    } else if (first) {
      lost(backlog.first() - 1 - through, now);
    }
  }

  private void acknowledge(long through) {
    long count = through - backlog.first() + 1;
    if (count > 0) {
      backlog.acknowledge(through);
      tally.settled.addAndGet(count);
    }
  }

  private List<RefusedOutcome> refusedIn(ReportOutcomeResponse answer) {
    List<RefusedOutcome> refused = new ArrayList<>(answer.getRefusalsCount());
    for (OutcomeRefusal refusal : answer.getRefusalsList()) {
      long place = session.place(refusal.getSequence());
      if (place >= backlog.first() && place < backlog.next()) {
        ByteString encoded = backlog.read(place, 1, ReportMessage.MAX_OUTCOME_BYTES).get(0);
        if (!refusal.getDisplayed()) {
          drops.refused(encoded);
        }
        Outcome.decode(encoded)
            .ifPresent(
                outcome ->
                    refused.add(
                        new RefusedOutcome(
                            outcome,
                            refusal.getReason(),
                            refusal.getDescription(),
                            refusal.getDisplayed())));
      }
    }
    return refused;
  }

  private void tell(List<RefusedOutcome> refused, long total) {
    refusedOnStream += refused.size();
    for (RefusedOutcome one : refused) {
      (one.displayed() ? tally.displayed : tally.refusedByServer).incrementAndGet();
    }
    if (total > refusedOnStream) {
      // The server tells a thousand at once; the number says what it left out.
      tally.refusedByServer.addAndGet(total - refusedOnStream);
      refusedOnStream = total;
    }
    refused.forEach(notices::refused);
  }

  private void ended(StreamEnd end, long now) {
    switch (end.kind()) {
      case FENCED -> {
        fenced = true;
        stream = null;
        notices.fenced(end.text());
      }
      case EXPIRED -> beginAnew(now, end.text());
      case GAP -> gap(end, now);
      case WATERMARK -> {
        // A clock that is ahead makes every one wrong: none any more, outcomes matter more.
        watermarks = false;
        away(end, now);
      }
      case OK, AWAY -> away(end, now);
    }
  }

  private void gap(StreamEnd end, long now) {
    long expected = session.place(end.expectedSequence());
    if (end.expectedSequence() > 0 && expected < backlog.first()) {
      lost(backlog.first() - expected, now);
    } else if (end.expectedSequence() == 0 && !opened) {
      beginAnew(now, end.text());
    } else {
      // It is still here: the next opening learns where to go on.
      away(end, now);
    }
  }

  private void lost(long outcomes, long now) {
    tally.lost.addAndGet(outcomes);
    notices.lost(outcomes, "the server had acknowledged them and has them no more");
    beginAnew(now, "the server has less of it than it acknowledged");
  }

  private void beginAnew(long now, String why) {
    cancel("a new session begins");
    notices.beginsAnew(why);
    stream = null;
    opened = false;
    session = new ReportSession(sources.sessions().get(), 0, backlog.first() - 1);
    backlog.keep(session);
    mayBeSent = backlog.first() - 1;
    nextAttemptNanos = now + backoff.nextNanos(0);
  }

  private void away(StreamEnd end, long now) {
    if (opened && now - openedNanos >= LIVED_NANOS) {
      backoff.reset();
    }
    stream = null;
    opened = false;
    if (end.kind() != StreamEnd.Kind.OK) {
      notices.away(end);
    }
    nextAttemptNanos = now + backoff.nextNanos(end.retryNanos());
  }

  private long send(ReportStream open, long now, @Nullable Instant upTo, boolean last) {
    int messages = 0;
    while (sent < backlog.next() - 1 && open.isReady()) {
      if (messages == MAX_MESSAGES) {
        return 0;
      }
      sendOutcomes(open, now, upTo);
      messages++;
    }
    if (sent < backlog.next() - 1) {
      return NEVER;
    }
    if (last) {
      open.halfClose();
      return NEVER;
    }
    if (upTo == null || !watermarks) {
      return NEVER;
    }
    if (now - watermarkNanos >= WATERMARK_NANOS && open.isReady()) {
      open.send(ReportMessage.of(header(upTo, now).build(), List.of()));
    }
    return Math.max(0, WATERMARK_NANOS - (now - watermarkNanos));
  }

  private void sendOutcomes(ReportStream open, long now, @Nullable Instant upTo) {
    List<ByteString> outcomes =
        backlog.read(sent + 1, ReportMessage.MAX_OUTCOMES, ReportMessage.MAX_OUTCOME_BYTES);
    long through = sent + outcomes.size();
    boolean all = through == backlog.next() - 1;
    ReportOutcomeRequest header =
        header(all ? upTo : null, now).setFirstSequence(session.sequence(sent + 1)).build();
    tally.resends.addAndGet(Math.max(0, Math.min(through, sentEver) - sent));
    // Before it leaves: what may have been sent is known even if sending fails halfway.
    sent = through;
    sentEver = Math.max(sentEver, through);
    mayBeSent = Math.max(mayBeSent, through);
    open.send(ReportMessage.of(header, outcomes));
  }

  private ReportOutcomeRequest.Builder header(@Nullable Instant upTo, long now) {
    ReportOutcomeRequest.Builder header = ReportOutcomeRequest.newBuilder();
    if (upTo != null && watermarks) {
      header.setWatermark(Outcome.timestamp(upTo));
      watermarkNanos = now;
    }
    return header;
  }
}
