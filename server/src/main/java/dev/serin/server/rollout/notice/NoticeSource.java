package dev.serin.server.rollout.notice;

import dev.serin.server.rollout.journal.WaitingNotification;
import java.util.Optional;

/** Makes what is told of an entry of a run's log. */
@FunctionalInterface
public interface NoticeSource {
  /**
   * What this notification tells; empty: there is no such run, entry or target, and nothing to
   * tell. May ask the store, and throws what that throws.
   */
  Optional<Notice> notice(WaitingNotification waiting);
}
