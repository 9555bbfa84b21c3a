package dev.serin.server.outcome.ledger;

import java.util.List;

/** What one flush makes durable: all of it, or nothing. */
public final class PreparedFlush {
  private final byte[] body;
  private final List<Progress> sessions;

  /**
   * A flush.
   *
   * @param body the delta's bytes; not to be changed afterwards
   * @param sessions how far each session of it comes, each once, in order of the session's id
   */
  public PreparedFlush(byte[] body, List<Progress> sessions) {
    this.body = body;
    this.sessions = List.copyOf(sessions);
  }

  byte[] body() {
    return body;
  }

  List<Progress> sessions() {
    return sessions;
  }
}
