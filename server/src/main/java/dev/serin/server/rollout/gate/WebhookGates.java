package dev.serin.server.rollout.gate;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.rollout.webhook.Post;
import dev.serin.server.rollout.webhook.Posted;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.v1.GateQuestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the webhooks that runs wait for. 2xx passes, 403 and 409 refuse; everything else, no whole
 * answer within the deadline included, is asked again after 1 s, then twice as long each time up to
 * a minute, until give_up_after has passed at the gate: then it is refused.
 *
 * <p>Nothing is stored and nothing runs by itself: attempts are begun by {@link #ask}, which the
 * controller calls at each tick, and stop when it stops. Another holder begins anew, so that a
 * webhook may be asked more than once; it knows a question by its event id. No call waits for a
 * receiver. Safe for all threads.
 */
public final class WebhookGates implements AutoCloseable {
  /** Gates that are asked at a time, each with one attempt; those beyond have to wait. */
  public static final int OPEN_MAX = 1_000;

  private static final Logger log = LoggerFactory.getLogger(WebhookGates.class);
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private final Webhooks webhooks;
  private final LongSupplier nanoTime;
  private final Map<OpenGate.Id, Question> open = new LinkedHashMap<>();
  private boolean full;
  private boolean closed;

  /**
   * Gates that are asked over a client, which is closed with them.
   *
   * @param nanoTime monotonic clock, for waits between attempts
   */
  public WebhookGates(Webhooks webhooks, LongSupplier nanoTime) {
    this.webhooks = webhooks;
    this.nanoTime = nanoTime;
  }

  /**
   * Says that a run waits at this gate now. The first time begins to ask; later ones make the next
   * attempt when it is due, and where the answer was given out already, have it given out again.
   */
  public synchronized void ask(OpenGate gate) {
    if (closed) {
      return;
    }
    Question question = open.get(gate.id());
    if (question == null) {
      question = begin(gate);
    }
    if (question == null) {
      return;
    }
    question.askedAgain();
    question.giveUp(gate.waited());
    if (question.isDue(nanoTime.getAsLong())) {
      attempt(gate, question);
    }
  }

  private @Nullable Question begin(OpenGate gate) {
    if (open.size() >= OPEN_MAX) {
      if (!full) {
        log.warn("gates: {} webhooks are asked (expected: at most that); others wait", OPEN_MAX);
      }
      full = true;
      return null;
    }
    full = false;
    Question question = new Question(gate, nanoTime.getAsLong());
    open.put(gate.id(), question);
    return question;
  }

  private void attempt(OpenGate gate, Question question) {
    CompletableFuture<Posted> posted =
        webhooks.post(
            new Post(
                gate.plan().url(),
                gate.plan().secret(),
                gate.id().event(),
                json(gate),
                gate.plan().deadline()));
    question.began(posted);
    var _ =
        posted.whenComplete(
            (became, cancelled) -> {
              if (cancelled == null) {
                ended(gate, question, became);
              }
            });
  }

  private synchronized void ended(OpenGate gate, Question question, Posted became) {
    // Given up, or forgotten while it was under way.
    if (closed || open.get(gate.id()) != question) {
      return;
    }
    question.ended(became, nanoTime.getAsLong());
    if (question.isFirstFailure()) {
      log.atWarn()
          .addKeyValue("namespace", gate.namespace())
          .addKeyValue("rollout", gate.rollout())
          .addKeyValue("run", gate.id().run())
          .addKeyValue("stage", gate.id().stage())
          .addKeyValue("url", gate.plan().url())
          .log("the gate's webhook is asked again: {}", question.lastFailure());
    }
  }

  /** The answers that came since the last call. */
  public synchronized List<GateAnswer> answers() {
    List<GateAnswer> answers = new ArrayList<>();
    for (Question question : open.values()) {
      question.offer().ifPresent(answers::add);
    }
    return answers;
  }

  /** How often asking a gate failed, and with what the last time; empty: it did not. */
  public synchronized String failed(OpenGate.Id id) {
    Question question = open.get(id);
    return question == null ? "" : question.failed();
  }

  /** Forgets every other question; attempts that are under way for one are ended. */
  public synchronized void keepOnly(Set<OpenGate.Id> ids) {
    open.entrySet()
        .removeIf(
            entry -> {
              boolean gone = !ids.contains(entry.getKey());
              if (gone) {
                entry.getValue().cancel();
              }
              return gone;
            });
  }

  /** Questions that are open. */
  public synchronized int openGates() {
    return open.size();
  }

  /** Attempts that are under way. */
  synchronized int attempts() {
    return (int) open.values().stream().filter(Question::isUnderWay).count();
  }

  private static String json(OpenGate gate) {
    GateQuestion question =
        GateQuestion.newBuilder()
            .setEventId(gate.id().event())
            .setNamespace(gate.namespace())
            .setRollout(gate.rollout())
            .setRunId(gate.id().run())
            .setFeature(gate.feature())
            .setStage(gate.id().stage())
            .setStageName(gate.stageName())
            .setGate(gate.id().gate() + 1)
            .setEntry(Math.toIntExact(gate.id().entry()))
            .build();
    try {
      return JSON.print(question);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of plain fields has a JSON form", e);
    }
  }

  /** Ends all attempts; nothing is asked from then on. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      keepOnly(Set.of());
    }
    webhooks.close();
  }
}
