package dev.serin.server.rollout.notice;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.RolloutTransition;

/**
 * What is told, and to whom.
 *
 * @param url http or https
 * @param secret name of the server's secret it is signed with; empty: not signed
 * @param transition without an event id
 */
public record Notice(String url, String secret, RolloutTransition transition) {
  /** Checks that all is there. */
  public Notice {
    requireNonNull(url, "url");
    requireNonNull(secret, "secret");
    requireNonNull(transition, "transition");
  }
}
