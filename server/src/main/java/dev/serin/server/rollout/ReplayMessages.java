package dev.serin.server.rollout;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.rollout.control.Replay;
import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;

/** What came out of a replay, as messages. */
final class ReplayMessages {
  private ReplayMessages() {}

  /**
   * Adds an entry and counts it.
   *
   * @param max entries that are shown; those beyond are counted only
   */
  static void add(ReplayRolloutResponse.Builder response, Replay.Entry entry, int max) {
    switch (entry.outcome()) {
      case SAME -> response.setJudged(response.getJudged() + 1);
      case DIFFERENT ->
          response.setJudged(response.getJudged() + 1).addDifferent(entry.stored().number());
      case NO_EVIDENCE, UNREADABLE -> {}
    }
    if (response.getEntriesCount() < max) {
      response.addEntries(message(entry));
    }
  }

  private static ReplayedEntry message(Replay.Entry entry) {
    ReplayedEntry.Builder message =
        ReplayedEntry.newBuilder()
            .setVersion(entry.stored().number())
            .setTime(Timestamps.fromMillis(entry.stored().timeMillis()))
            .setState(RunMessages.state(RunMessages.Standing.after(entry.stored()).phase()))
            .setOutcome(outcome(entry.outcome()))
            .setDifference(entry.difference());
    entry
        .logged()
        .ifPresent(
            logged -> message.setLogged(logged.getAction()).setSentence(logged.getSentence()));
    entry.judged().ifPresent(judged -> message.setJudged(judged.getAction()));
    return message.build();
  }

  private static ReplayOutcome outcome(Replay.Outcome outcome) {
    return switch (outcome) {
      case SAME -> ReplayOutcome.REPLAY_OUTCOME_SAME;
      case DIFFERENT -> ReplayOutcome.REPLAY_OUTCOME_DIFFERENT;
      case NO_EVIDENCE -> ReplayOutcome.REPLAY_OUTCOME_NO_EVIDENCE;
      case UNREADABLE -> ReplayOutcome.REPLAY_OUTCOME_UNREADABLE;
    };
  }
}
