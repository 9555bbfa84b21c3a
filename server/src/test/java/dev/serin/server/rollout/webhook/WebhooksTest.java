package dev.serin.server.rollout.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.Await;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What receivers may do to a post, by a real one. */
class WebhooksTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  private final Receiver receiver = new Receiver(Receiver.status(200, "fine"));
  private final Webhooks webhooks =
      new Webhooks(
          "test-webhooks",
          name -> Optional.ofNullable(Map.of("ci", "s3cret").get(name)),
          InstantSource.fixed(NOW));

  @AfterEach
  void close() throws Exception {
    webhooks.close();
    receiver.close();
  }

  private CompletableFuture<Posted> begin(String url, String secret, Duration deadline) {
    return webhooks.post(new Post(url, secret, "run-1/7/0", "{\"a\":\"ä\"}", deadline));
  }

  private Posted post(Receiver.Behaviour behaviour, Duration deadline) throws Exception {
    receiver.behave(behaviour);
    return begin(receiver.url(), "", deadline).get(60, TimeUnit.SECONDS);
  }

  @Test
  void post_answered_tellsStatusAndWords() throws Exception {
    Posted posted = begin(receiver.url(), "", LONG).get();

    assertThat(posted).isEqualTo(new Posted.Answered(200, "fine"));
    Receiver.Received request = receiver.received().getFirst();
    assertThat(request.line()).isEqualTo("POST /hook HTTP/1.1");
    assertThat(request.body()).isEqualTo("{\"a\":\"ä\"}");
    assertThat(request.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("user-agent", "serin")
        .containsEntry("serin-event", "run-1/7/0")
        .doesNotContainKey("serin-signature")
        .doesNotContainKey("upgrade");
  }

  @Test
  void post_withSecret_isSigned() throws Exception {
    begin(receiver.url(), "ci", LONG).get();

    // printf '1700000000.{"a":"ä"}' | openssl dgst -sha256 -hmac s3cret
    assertThat(receiver.received().getFirst().header("serin-signature"))
        .isEqualTo(
            "t=1700000000,v1="
                + "b51d001005c3fc94964173f3524941edbd842351f1d9345a632f1233a6326889");
  }

  @Test
  void post_secretNotThere_isNotSent() throws Exception {
    Posted posted = begin(receiver.url(), "other", LONG).get();

    assertThat(posted)
        .isEqualTo(
            new Posted.Unsent(
                "secret: 'other' is not known to this server (expected: one of --secrets)"));
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void post_urlThatIsNone_isNotSent() throws Exception {
    assertThat(begin("http://", "", LONG).get()).isInstanceOf(Posted.Unsent.class);
    assertThat(begin("ftp://somewhere/else", "", LONG).get()).isInstanceOf(Posted.Unsent.class);
  }

  @Test
  void post_redirected_isNotFollowed() throws Exception {
    try (Receiver other = new Receiver(Receiver.status(200, ""))) {
      Posted posted =
          post(
              Receiver.bytes(
                  "HTTP/1.1 307 Go\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"),
              LONG);

      assertThat(posted).isEqualTo(new Posted.Answered(307, ""));
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void post_receiverHangs_endsWithTheDeadline() throws Exception {
    assertThat(post(receiver.silence(), SHORT))
        .isEqualTo(new Posted.Unanswered("no answer within 200 ms"));
  }

  @Test
  void post_receiverHangsInItsBody_endsWithTheDeadline() throws Exception {
    assertThat(
            post(
                (request, out) -> {
                  Receiver.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", out);
                  receiver.hang();
                },
                SHORT))
        .isEqualTo(new Posted.Unanswered("no answer within 200 ms"));
  }

  @Test
  void post_bodyThatNeverEnds_isReadUpToTheLimit() throws Exception {
    AtomicBoolean cut = new AtomicBoolean();
    String block = "x".repeat(8 * 1024);

    Posted posted =
        post(
            (request, out) -> {
              Receiver.raw("HTTP/1.1 403 No\r\nContent-Length: 100000000000\r\n\r\n", out);
              try {
                while (true) {
                  Receiver.raw(block, out);
                }
              } finally {
                cut.set(true);
              }
            },
            LONG);

    assertThat(posted).isEqualTo(new Posted.Answered(403, "x".repeat(Posted.TEXT_CHARS_MAX)));
    Await.until("the receiver's connection is closed", cut::get);
  }

  @Test
  void post_receiverClosesEarly_isNoAnswer() throws Exception {
    assertThat(post((request, out) -> {}, LONG)).isInstanceOf(Posted.Unanswered.class);
    assertThat(post(Receiver.bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), LONG))
        .isInstanceOf(Posted.Unanswered.class);
  }

  @Test
  void post_nonsense_isNoAnswer() throws Exception {
    assertThat(post(Receiver.bytes("\0\1\2 who knows\r\n\r\n"), LONG))
        .isInstanceOf(Posted.Unanswered.class);
    assertThat(post(Receiver.bytes("HTTP/1.1 two hundred\r\n\r\n"), LONG))
        .isInstanceOf(Posted.Unanswered.class);
    assertThat(post(Receiver.bytes("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), LONG))
        .isInstanceOf(Posted.Unanswered.class);
  }

  @Test
  void post_headersThatNeverEnd_isNoAnswer() throws Exception {
    assertThat(
            post(
                (request, out) -> {
                  Receiver.raw("HTTP/1.1 200 OK\r\n", out);
                  while (true) {
                    Receiver.raw("A: " + "y".repeat(1_000) + "\r\n", out);
                  }
                },
                LONG))
        .isInstanceOf(Posted.Unanswered.class);
  }

  @Test
  void post_nobodyListens_isNotConnected() throws Exception {
    String url = receiver.url();
    receiver.close();

    assertThat(begin(url, "", LONG).get().text()).startsWith("not connected");
  }

  @Test
  void words_ofStrangers_areOneHarmlessLine() throws Exception {
    assertThat(
            post(Receiver.status(500, "\u001b[31m no\r\n\r\n\t way \u202e\u0000 é"), LONG).text())
        .isEqualTo("answered 500: [31m no way é");
  }

  @Test
  void posts_toReceiversThatHang_holdUpNoOther() throws Exception {
    List<CompletableFuture<Posted>> waiting = new ArrayList<>();
    try (Receiver hanging = new Receiver(Receiver.status(200, ""))) {
      hanging.behave(hanging.silence());
      for (int i = 0; i < 200; i++) {
        waiting.add(begin(hanging.url(), "", LONG));
      }
      Await.until("all wait", () -> hanging.received().size() == 200);

      assertThat(begin(receiver.url(), "", LONG).get(60, TimeUnit.SECONDS))
          .isEqualTo(new Posted.Answered(200, "fine"));
      assertThat(waiting).noneMatch(CompletableFuture::isDone);

      waiting.getFirst().cancel(true);
      webhooks.close();
      for (CompletableFuture<Posted> ended : waiting.subList(1, waiting.size())) {
        assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(Posted.Unanswered.class);
      }
    }
  }

  @Test
  void post_afterClose_isToldAndNotSent() throws Exception {
    webhooks.close();

    assertThat(begin(receiver.url(), "", LONG).get(60, TimeUnit.SECONDS))
        .isInstanceOf(Posted.Unanswered.class);
    assertThat(receiver.received()).isEmpty();
  }
}
