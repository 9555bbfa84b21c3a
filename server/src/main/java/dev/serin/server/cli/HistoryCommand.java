package dev.serin.server.cli;

import dev.serin.v1.ListHistoryRequest;
import dev.serin.v1.ListHistoryResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists changes, newest first. */
@Command(name = "history", description = "List the changes of the namespace, newest first.")
final class HistoryCommand implements Callable<Integer> {
  /** As the API allows. */
  private static final int MAX_PAGE_SIZE = 1_000;

  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Mixin private final DocumentParameters document = new DocumentParameters();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many changes (default: 20).")
  private int limit;

  HistoryCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new CommandFailure(ExitCode.USAGE, "--limit: " + limit + " (expected: 1 or more)");
    }
    ListHistoryRequest.Builder request =
        ListHistoryRequest.newBuilder().setNamespace(call.namespace());
    document.ref().ifPresent(ref -> request.setKind(ref.getKind()).setKey(ref.getKey()));
    ListHistoryResponse.Builder all = ListHistoryResponse.newBuilder();
    try (Session session = call.open()) {
      do {
        request.setPageSize(Math.min(MAX_PAGE_SIZE, limit - all.getEntriesCount()));
        ListHistoryResponse page = session.features().listHistory(request.build());
        all.addAllEntries(page.getEntriesList());
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty() && all.getEntriesCount() < limit);
    }
    output.print(
        terminal,
        all.build(),
        () ->
            Tables.history(all.getEntriesList()).lines(terminal).forEach(terminal.out()::println));
    return ExitCode.OK.code();
  }
}
