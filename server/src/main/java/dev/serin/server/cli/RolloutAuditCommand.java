package dev.serin.server.cli;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Lists what all runs of a namespace's rollouts did in a period, or exports it. */
@Command(
    name = "audit",
    description = {
      "List who or what changed which traffic of all rollouts of the namespace, when and why.",
      "A table is in the order of time; '-o csv' and '-o json' export run by run, of the rollouts",
      "in the order of their keys."
    })
final class RolloutAuditCommand implements Callable<Integer> {
  /** As the API allows of rollouts; of entries some megabytes at most. */
  private static final int ROLLOUTS_OF_PAGE = 1_000;

  private static final int ENTRIES_OF_PAGE = 200;

  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Only what happened then or later: 2026-11-17T20:00:00Z (default: all).")
  private Instant since = Instant.EPOCH;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Only what happened before (default: all).")
  private Instant until = Instant.MAX;

  @Option(
      names = "--feature",
      paramLabel = "KEY",
      defaultValue = "",
      description = "Only of this feature's rollouts.")
  private String feature = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, csv, or json: an entry on each line (default: table).")
  private RolloutHistoryCommand.Format format = RolloutHistoryCommand.Format.TABLE;

  private final List<Logged> table = new ArrayList<>();

  RolloutAuditCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** An entry and its run. */
  private record Logged(RolloutRun run, RolloutLogEntry entry) {}

  @Override
  public Integer call() {
    if (!since.isBefore(until)) {
      throw new CommandFailure(
          ExitCode.USAGE, "--since " + since + ": not before --until " + until);
    }
    if (format == RolloutHistoryCommand.Format.CSV) {
      terminal.out().print(RolloutCsv.header());
    }
    try (Session session = call.open()) {
      for (RolloutRun newest : rollouts(session)) {
        runs(session, newest).forEach(this::print);
        if (terminal.isReaderGone()) {
          break;
        }
      }
    }
    if (format == RolloutHistoryCommand.Format.TABLE) {
      table().lines(terminal).forEach(terminal.out()::println);
    }
    return ExitCode.OK.code();
  }

  /** The newest runs of all rollouts that may have entries of the period. */
  private List<RolloutRun> rollouts(Session session) {
    List<RolloutRun> rollouts = new ArrayList<>();
    ListRolloutsRequest.Builder request =
        ListRolloutsRequest.newBuilder()
            .setNamespace(call.namespace())
            .setPageSize(ROLLOUTS_OF_PAGE)
            .setFeature(feature);
    do {
      ListRolloutsResponse page = session.rollouts().listRollouts(request.build());
      page.getRunsList().stream()
          .filter(run -> !run.getRunId().isEmpty() && !time(run).isBefore(since))
          .forEach(rollouts::add);
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return rollouts;
  }

  /**
   * What runs of a rollout did in the period, oldest first: none begins before the last is over.
   */
  private List<Logged> runs(Session session, RolloutRun newest) {
    List<List<Logged>> runs = new ArrayList<>();
    for (long number = newest.getNumber(); number > 0; number--) {
      List<Logged> log = log(session, newest.getRollout(), number);
      runs.addFirst(log.stream().filter(one -> isOfPeriod(one.entry())).toList());
      if (!log.isEmpty() && time(log.getFirst().entry()).isBefore(since)) {
        break;
      }
    }
    return runs.stream().flatMap(List::stream).toList();
  }

  private List<Logged> log(Session session, String rollout, long run) {
    List<Logged> log = new ArrayList<>();
    ListRolloutHistoryRequest.Builder request =
        ListRolloutHistoryRequest.newBuilder()
            .setNamespace(call.namespace())
            .setRollout(rollout)
            .setRunNumber(run)
            .setPageSize(ENTRIES_OF_PAGE);
    do {
      ListRolloutHistoryResponse page = session.rollouts().listRolloutHistory(request.build());
      page.getEntriesList().forEach(entry -> log.add(new Logged(page.getRun(), entry)));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return log;
  }

  private boolean isOfPeriod(RolloutLogEntry entry) {
    return !time(entry).isBefore(since) && time(entry).isBefore(until);
  }

  private static Instant time(RolloutLogEntry entry) {
    return Instant.ofEpochMilli(Timestamps.toMillis(entry.getTime()));
  }

  private static Instant time(RolloutRun run) {
    return Instant.ofEpochMilli(Timestamps.toMillis(run.getSince()));
  }

  private void print(Logged logged) {
    switch (format) {
      case TABLE -> table.add(logged);
      case CSV -> terminal.out().print(RolloutCsv.row(logged.run(), logged.entry()));
      case JSON -> terminal.out().println(Rendering.line(logged.entry()));
    }
  }

  private Table table() {
    Table rows =
        new Table(
            "TIME", "ROLLOUT", ">RUN", ">ENTRY", "ACTOR", "EVENT", "STATE", "STAGE", "TRAFFIC",
            "WHY");
    table.sort(Comparator.comparing(logged -> time(logged.entry())));
    for (Logged logged : table) {
      RolloutLogEntry entry = logged.entry();
      rows.row(
          RolloutText.cells(
              entry,
              Texts.time(entry.getTime()),
              logged.run().getRollout(),
              Texts.number(logged.run().getNumber()),
              Texts.number(entry.getVersion())));
    }
    return rows;
  }

  /** Reads times of RFC 3339. */
  static final class Time implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' (expected: a time like 2026-11-17T20:00:00Z)");
      }
    }
  }
}
