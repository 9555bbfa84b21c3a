package dev.serin.loadtest.serving;

import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Feature;
import dev.serin.v1.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes a feature and asks for it again and again until the answer shows the change: it is
 * disabled, so that the reason of the answer is another one.
 *
 * <p>It pauses after each answer: questions without a pause keep a core of the machine busy on
 * which the server plans, stores and compiles the change. A change is seen later for it, by a pause
 * and a call at most.
 */
final class ChangeWatch {

  /** Between an answer and the next question. */
  static final Duration PAUSE = Duration.ofMillis(1);

  private static final Duration SEEN_TIMEOUT = Duration.ofSeconds(30);

  private final Namespaces writer;
  private final Namespaces reader;

  /**
   * When a change was first seen.
   *
   * @param sentMillis after it was sent
   * @param acknowledgedMillis after it was acknowledged; 0 where it was seen before
   */
  record Seen(double sentMillis, double acknowledgedMillis) {}

  /** Changes go to one server, questions to another or the same. */
  ChangeWatch(Namespaces writer, Namespaces reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Disables the feature, waits until that is seen, and enables it again.
   *
   * @throws IOException where it is not seen within half a minute, or another revision is
   */
  Seen measure(Feature feature) throws IOException {
    EvaluateRequest request = EvaluateCalls.request(Namespaces.NAME, feature.getKey(), 0);
    awaitReason(request, false);
    CompletableFuture<Answer> first =
        CompletableFuture.supplyAsync(() -> awaitReason(request, true));
    long sentNanos = System.nanoTime();
    long revision = writer.apply(List.of(document(feature.toBuilder().setDisabled(true).build())));
    long acknowledgedNanos = System.nanoTime();
    Answer seen = get(first);
    if (seen.response().getFeatureRevision() != revision) {
      throw new IOException(
          "feature revision: %d (expected: %d)"
              .formatted(seen.response().getFeatureRevision(), revision));
    }
    writer.apply(List.of(document(feature)));
    return new Seen(
        (seen.nanos() - sentNanos) / 1e6, Math.max(0, (seen.nanos() - acknowledgedNanos) / 1e6));
  }

  /** An answer and when it came. */
  private record Answer(EvaluateResponse response, long nanos) {}

  private Answer awaitReason(EvaluateRequest request, boolean disabled) {
    long giveUpNanos = System.nanoTime() + SEEN_TIMEOUT.toNanos();
    EvaluateResponse response = reader.awaitServed(request);
    while ((response.getReason() == Reason.REASON_DISABLED) != disabled
        && System.nanoTime() - giveUpNanos < 0) {
      LockSupport.parkNanos(PAUSE.toNanos());
      response = reader.evaluate(request);
    }
    return new Answer(response, System.nanoTime());
  }

  private static Document document(Feature feature) {
    return Document.newBuilder().setFeature(feature).build();
  }

  private static Answer get(CompletableFuture<Answer> future) throws IOException {
    try {
      return future.get(SEEN_TIMEOUT.toSeconds() * 2, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("change: not seen (expected: within " + SEEN_TIMEOUT + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("change: interrupted", e);
    }
  }
}
