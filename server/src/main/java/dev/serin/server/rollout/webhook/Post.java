package dev.serin.server.rollout.webhook;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What is posted.
 *
 * @param url http or https
 * @param secret name of the secret it is signed with; empty: not signed
 * @param event id by which receivers know what they got before; visible ASCII
 * @param json the body
 * @param deadline time until the whole answer is there, above 0
 */
public record Post(String url, String secret, String event, String json, Duration deadline) {
  /** Checks that all is there. */
  public Post {
    requireNonNull(url, "url");
    requireNonNull(secret, "secret");
    requireNonNull(event, "event");
    requireNonNull(json, "json");
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("deadline: " + deadline + " (expected: above 0)");
    }
  }
}
