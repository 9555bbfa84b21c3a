package dev.serin.server.rollout.webhook;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Posts JSON to receivers. Nobody waits: a receiver that hangs holds a socket until its deadline,
 * and no thread. Redirects are not followed: where they lead was written by nobody who may write
 * documents. At most 64 KiB of an answer are read.
 *
 * <p>HTTP/1.1 only: the JDK's upgrade to HTTP/2 loses answers now and then. Safe for all threads.
 */
public final class Webhooks implements AutoCloseable {
  /** Header with the {@link Signature}. */
  public static final String SIGNATURE_HEADER = "Serin-Signature";

  /** Header with the id of the event. */
  public static final String EVENT_HEADER = "Serin-Event";

  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  /**
   * Threads, which nothing holds but looking up a host's name: so many silent name servers hold up
   * others.
   */
  private static final int THREADS = 4;

  private static final long IDLE_SECONDS = 30;

  /** How long the end of exchanges is waited for; nothing that matters follows it. */
  private static final Duration END = Duration.ofSeconds(1);

  private final Secrets secrets;
  private final InstantSource clock;
  private final ExecutorService threads;
  private final HttpClient client;

  /**
   * A client of its own.
   *
   * @param name of its threads
   * @param clock the time that signatures state
   */
  public Webhooks(String name, Secrets secrets, InstantSource clock) {
    this.secrets = secrets;
    this.clock = clock;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    threads = pool;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(pool)
            .build();
  }

  /**
   * Posts, and says later what became of it; never fails. Cancelling it ends the exchange.
   *
   * <p>What waits for it runs on a thread of this client, and must not block.
   */
  public CompletableFuture<Posted> post(Post post) {
    Optional<String> secret =
        post.secret().isEmpty() ? Optional.of("") : secrets.get(post.secret());
    if (secret.isEmpty()) {
      return CompletableFuture.completedFuture(
          new Posted.Unsent(
              "secret: '%s' is not known to this server (expected: one of --secrets)"
                  .formatted(post.secret())));
    }
    HttpRequest request;
    try {
      request = request(post, secret.get());
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          new Posted.Unsent("url: " + post.url() + " (expected: " + e.getMessage() + ")"));
    }
    CompletableFuture<HttpResponse<String>> exchange =
        client.sendAsync(request, head -> new BoundedText(ANSWER_BYTES_MAX));
    CompletableFuture<Posted> posted =
        exchange
            // The request's own timeout ends with the headers.
            .copy()
            .orTimeout(post.deadline().toMillis(), TimeUnit.MILLISECONDS)
            .handle((answer, failure) -> told(answer, failure, post));
    // Ended by the deadline or by who no longer wants to know.
    var _ = posted.whenComplete((answer, failure) -> exchange.cancel(true));
    return posted;
  }

  private HttpRequest request(Post post, String secret) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(post.url()))
            .header("Content-Type", "application/json")
            .header("User-Agent", "serin")
            .header(EVENT_HEADER, post.event())
            .POST(BodyPublishers.ofString(post.json()));
    if (!secret.isEmpty()) {
      long seconds = clock.instant().getEpochSecond();
      request.header(SIGNATURE_HEADER, Signature.of(secret, seconds, post.json()));
    }
    return request.build();
  }

  private static Posted told(
      @Nullable HttpResponse<String> answer, @Nullable Throwable failure, Post post) {
    if (answer != null) {
      return new Posted.Answered(answer.statusCode(), answer.body());
    }
    Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
    if (cause instanceof TimeoutException) {
      return new Posted.Unanswered("no answer within " + post.deadline().toMillis() + " ms");
    }
    if (cause instanceof ConnectException refused) {
      return new Posted.Unanswered("not connected" + message(refused));
    }
    if (cause instanceof IOException broken) {
      return new Posted.Unanswered("no whole answer" + message(broken));
    }
    return new Posted.Unanswered("no answer: " + BoundedText.oneLine(String.valueOf(cause)));
  }

  private static String message(IOException failure) {
    String said = failure.getMessage();
    return said == null ? "" : ": " + BoundedText.oneLine(said);
  }

  /** Ends every exchange; what waits for one is told. */
  @Override
  public void close() {
    client.shutdownNow();
    try {
      client.awaitTermination(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdown();
  }
}
