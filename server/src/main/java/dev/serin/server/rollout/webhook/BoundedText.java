package dev.serin.server.rollout.webhook;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of an answer up to a limit, keeps its beginning, and lets the connection go at the
 * limit: a receiver that never stops costs that many bytes.
 */
final class BoundedText implements BodySubscriber<String> {
  /** Bytes that are kept for people: more than what is shown of them. */
  private static final int KEPT_BYTES = 2 * 1024;

  private final int limitBytes;
  private final CompletableFuture<String> text = new CompletableFuture<>();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private long readBytes;
  private Flow.@Nullable Subscription subscription;

  BoundedText(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  @Override
  public CompletionStage<String> getBody() {
    return text;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      readBytes += buffer.remaining();
      byte[] some = new byte[Math.min(buffer.remaining(), KEPT_BYTES - kept.size())];
      buffer.get(some);
      kept.writeBytes(some);
    }
    Flow.Subscription from = subscription;
    if (from == null) {
      return;
    }
    if (readBytes > limitBytes) {
      from.cancel();
      onComplete();
    } else {
      from.request(1);
    }
  }

  @Override
  public void onError(Throwable failure) {
    text.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    text.complete(oneLine(kept.toString(StandardCharsets.UTF_8)));
  }

  /** What a stranger said, harmless in a log line and in a terminal. */
  static String oneLine(String said) {
    StringBuilder line = new StringBuilder();
    said.codePoints()
        .map(c -> isShown(c) ? c : ' ')
        .filter(c -> c != ' ' || (!line.isEmpty() && line.charAt(line.length() - 1) != ' '))
        .takeWhile(c -> line.length() < Posted.TEXT_CHARS_MAX)
        .forEach(line::appendCodePoint);
    return line.toString().strip();
  }

  private static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !Character.isWhitespace(codePoint);
    };
  }
}
