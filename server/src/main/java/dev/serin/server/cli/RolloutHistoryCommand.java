package dev.serin.server.cli;

import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.RolloutLogEntry;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the log of a run, or exports it. */
@Command(
    name = "history",
    description = {
      "List the log of a rollout's run, oldest first: who or what changed which traffic, when and",
      "why. '-o csv' and '-o json' export it; JSON holds the verdict of each entry too."
    })
final class RolloutHistoryCommand implements Callable<Integer> {
  /** Entries of a page: with their verdicts some megabytes at most. */
  private static final int PAGE_SIZE = 200;

  /** How a log is printed. */
  enum Format {
    TABLE,
    CSV,
    JSON
  }

  private final Terminal terminal;
  @Mixin private final RolloutOptions options = new RolloutOptions();
  @Mixin private final RolloutRunOption run = new RolloutRunOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, csv, or json: an entry on each line (default: table).")
  private Format format = Format.TABLE;

  @Option(
      names = "--evidence",
      description = "With -o json: what each look was judged from, as it is kept, too.")
  private boolean evidence;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many entries, the first ones (default: all).")
  private @Nullable Long limit;

  RolloutHistoryCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (limit != null && limit < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--limit: " + limit + " (expected: 1 or more)");
    }
    if (evidence && format != Format.JSON) {
      throw new CommandFailure(ExitCode.USAGE, "--evidence: without -o json (expected: with it)");
    }
    ListRolloutHistoryRequest.Builder request =
        ListRolloutHistoryRequest.newBuilder()
            .setNamespace(options.namespace())
            .setRollout(options.rollout())
            .setIncludeEvidence(evidence);
    run.set(request::setRunNumber);
    long left = limit == null ? Long.MAX_VALUE : limit;
    Table table = new Table(">ENTRY", "TIME", "ACTOR", "EVENT", "STATE", "STAGE", "TRAFFIC", "WHY");
    boolean first = true;
    try (Session session = options.open()) {
      do {
        request.setPageSize((int) Math.min(PAGE_SIZE, left));
        ListRolloutHistoryResponse page = session.rollouts().listRolloutHistory(request.build());
        print(page, table, first);
        first = false;
        left -= page.getEntriesCount();
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty() && left > 0 && !terminal.isReaderGone());
    }
    if (format == Format.TABLE) {
      table.lines(terminal).forEach(terminal.out()::println);
    }
    return ExitCode.OK.code();
  }

  private void print(ListRolloutHistoryResponse page, Table table, boolean first) {
    switch (format) {
      case TABLE -> page.getEntriesList().forEach(entry -> row(table, entry));
      case CSV -> {
        if (first) {
          terminal.out().print(RolloutCsv.header());
        }
        page.getEntriesList()
            .forEach(entry -> terminal.out().print(RolloutCsv.row(page.getRun(), entry)));
      }
      case JSON ->
          page.getEntriesList().forEach(entry -> terminal.out().println(Rendering.line(entry)));
    }
  }

  private static void row(Table table, RolloutLogEntry entry) {
    table.row(
        RolloutText.cells(entry, Texts.number(entry.getVersion()), Texts.time(entry.getTime())));
  }
}
