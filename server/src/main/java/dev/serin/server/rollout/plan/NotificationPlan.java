package dev.serin.server.rollout.plan;

import static java.util.Objects.requireNonNull;

import dev.serin.v1.RolloutState;
import java.util.Set;

/**
 * Where transitions are posted.
 *
 * @param url http or https
 * @param secret name of the server's secret the request is signed with; empty: not signed
 * @param on states whose beginning is posted; empty: every transition
 */
public record NotificationPlan(String url, String secret, Set<RolloutState> on) {
  /** Copies the states. */
  public NotificationPlan {
    requireNonNull(url, "url");
    requireNonNull(secret, "secret");
    on = Set.copyOf(on);
  }

  /** True: the beginning of this state is posted. */
  public boolean wants(RolloutState state) {
    return on.isEmpty() || on.contains(state);
  }
}
