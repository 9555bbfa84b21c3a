package dev.serin.server.cli;

import dev.serin.v1.ReplayOutcome;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.ReplayedEntry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Judges a run's decisions again. */
@Command(
    name = "replay",
    description = {
      "Judge a run's decisions again, each from the evidence that the log kept of it, and play the",
      "log's moves again. Ends with exit code 1 where something differs. Changes nothing."
    })
final class RolloutReplayCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private final RolloutOptions options = new RolloutOptions();
  @Mixin private final RolloutRunOption run = new RolloutRunOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  RolloutReplayCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ReplayRolloutRequest.Builder request =
        ReplayRolloutRequest.newBuilder()
            .setNamespace(options.namespace())
            .setRollout(options.rollout());
    run.set(request::setRunNumber);
    ReplayRolloutResponse answer;
    try (Session session = options.open()) {
      answer = session.rollouts().replayRollout(request.build());
    }
    output.print(terminal, answer, () -> print(answer));
    boolean same =
        answer.getMovesHold() && answer.getDifferentCount() == 0 && unreadable(answer) == 0;
    return (same ? ExitCode.OK : ExitCode.REFUSED).code();
  }

  private void print(ReplayRolloutResponse answer) {
    Table table = new Table(">ENTRY", "TIME", "STATE", "AGAIN", "LOGGED", "JUDGED", "WHY");
    for (ReplayedEntry entry : answer.getEntriesList()) {
      table.row(
          Texts.number(entry.getVersion()),
          Texts.time(entry.getTime()),
          RolloutText.word(entry.getState()),
          outcome(entry),
          RolloutText.word(entry.getLogged()),
          RolloutText.word(entry.getJudged()),
          entry.getDifference().isEmpty() ? entry.getSentence() : entry.getDifference());
    }
    table.lines(terminal).forEach(terminal.out()::println);
    terminal.out().println();
    long different = answer.getDifferentCount();
    terminal
        .out()
        .printf(
            "%s of %s judged again: %s%n",
            Integer.toUnsignedString(answer.getJudged()),
            entries(answer.getLogEntries()),
            different == 0 && unreadable(answer) == 0
                ? terminal.green("all the same")
                : terminal.red(different + " different, " + unreadable(answer) + " unreadable"));
    terminal
        .out()
        .println(
            answer.getMovesHold()
                ? "moves: " + terminal.green("the log leads to the run's state")
                : "moves: " + terminal.red(Texts.printable(answer.getMovesProblem())));
  }

  private static String entries(long count) {
    return count + (count == 1 ? " entry" : " entries");
  }

  private static String outcome(ReplayedEntry entry) {
    return switch (entry.getOutcome()) {
      case REPLAY_OUTCOME_SAME -> "same";
      case REPLAY_OUTCOME_DIFFERENT -> "DIFFERENT";
      case REPLAY_OUTCOME_NO_EVIDENCE -> "-";
      case REPLAY_OUTCOME_UNREADABLE -> "UNREADABLE";
      case REPLAY_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> "?";
    };
  }

  private static long unreadable(ReplayRolloutResponse answer) {
    return answer.getEntriesList().stream()
        .filter(entry -> entry.getOutcome() == ReplayOutcome.REPLAY_OUTCOME_UNREADABLE)
        .count();
  }
}
