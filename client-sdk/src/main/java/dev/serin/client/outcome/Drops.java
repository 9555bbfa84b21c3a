package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Outcomes that were dropped and that the server does not know of yet, by their token: all of one
 * stage and arm have the same. The next outcome with the token that is taken tells of them; from
 * then on they are kept as that outcome is, in the spool too, and counted once, as it is. What it
 * told is here again only if it is refused.
 *
 * <p>Those without a token have no arm that is known: nobody is told of them; nor of those whose
 * token has no further outcome. Safe for many threads, without locks.
 */
final class Drops {
  /** Tokens of which drops are untold: more than a process meets while one stage goes on. */
  static final int MAX_TOKENS = 1_000;

  /** As the API states it. */
  static final long MAX_TOLD = 1_000_000_000;

  private final ConcurrentSkipListMap<String, Long> untold = new ConcurrentSkipListMap<>();

  /**
   * Adds outcomes that were dropped; of more tokens than there is room for, another is forgotten.
   */
  void add(String token, long outcomes) {
    if (outcomes <= 0 || token.isEmpty()) {
      return;
    }
    // Counting them all takes time, while outcomes are dropped: only where one is new.
    if (!untold.containsKey(token) && untold.size() >= MAX_TOKENS) {
      untold.pollFirstEntry();
    }
    untold.merge(token, outcomes, Long::sum);
  }

  /** Takes what there is to tell of a token; 0: nothing. Whoever does not tell it adds it again. */
  long take(String token) {
    if (untold.isEmpty()) {
      return 0;
    }
    Long outcomes = untold.remove(token);
    if (outcomes == null) {
      return 0;
    }
    add(token, outcomes - MAX_TOLD);
    return Math.min(outcomes, MAX_TOLD);
  }

  /** Adds again what an outcome told that was refused, as it was sent: nothing of it counted. */
  void refused(ByteString encoded) {
    try {
      dev.serin.v1.Outcome message = dev.serin.v1.Outcome.parseFrom(encoded);
      add(message.getDecisionToken(), message.getDropped());
    } catch (InvalidProtocolBufferException spoilt) {
      // Nobody can say any more what it told.
    }
  }
}
