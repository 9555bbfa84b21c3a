package dev.serin.loadtest.faults;

import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Table;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code faults}: are all outcomes counted, and each once, whatever breaks? */
@Command(
    name = "faults",
    description = {
      "Starts servers and producers, breaks them as a plan says that its seed decides, and",
      "afterwards holds what the servers counted against what the producers reported: outcomes of",
      "producers that lived are counted once, others at most once. Exit code 1 where they are not."
    },
    mixinStandardHelpOptions = true)
public final class FaultsCommand implements Callable<Integer> {
  /** The store that is broken, too. */
  enum Store {
    SQLITE,
    POSTGRESQL
  }

  @Option(
      names = "--store",
      defaultValue = "sqlite",
      description = "sqlite: one server; postgresql: several over one. Default: ${DEFAULT-VALUE}.")
  private Store store = Store.SQLITE;

  @Option(
      names = "--faults",
      defaultValue = "100",
      description = "How many. Default: ${DEFAULT-VALUE}.")
  private int faults;

  @Option(names = "--seed", description = "What decides the plan. Default: drawn, and printed.")
  private @Nullable Long seed;

  @Option(
      names = "--servers",
      defaultValue = "3",
      description = "Servers over PostgreSQL. Default: ${DEFAULT-VALUE}.")
  private int servers;

  @Option(
      names = "--producers",
      defaultValue = "2",
      description =
          "Producers of each kind: with a spool, without one, one that repeats and reorders."
              + " Default: ${DEFAULT-VALUE}.")
  private int producers;

  /** Created by the command line. */
  public FaultsCommand() {}

  @Override
  public Integer call() throws Exception {
    long drawn = seed == null ? ThreadLocalRandom.current().nextLong() : seed;
    System.out.printf("seed %d%n", drawn);
    FaultReport report = run(store, faults, drawn, servers, producers);
    report(report);
    return report.violations().isEmpty() ? 0 : 1;
  }

  /** Runs a plan and recounts. */
  static FaultReport run(Store store, int faults, long seed, int servers, int producers)
      throws IOException, InterruptedException {
    boolean shared = store == Store.POSTGRESQL;
    Consumer<String> progress = System.err::println;
    List<Fault> plan = FaultPlan.draw(seed, faults, shared);
    try (var directory = TemporaryDirectory.create();
        var postgres = shared ? EmbeddedPostgres.start() : null;
        var relay = postgres == null ? null : StoreRelay.before(postgres.getPort());
        var run =
            new FaultRun(
                directory.path(),
                relay,
                relay == null ? List.of() : options(relay),
                shared ? servers : 1,
                producers,
                seed,
                progress)) {
      run.run(plan);
      Map<String, List<Life>> lives = run.endProducers();
      Map<String, Counted> counted = run.counted(lives);
      return new FaultReport(run.done(), lives, counted);
    }
  }

  private static List<String> options(StoreRelay relay) {
    return List.of(
        "--store",
        "jdbc:postgresql://127.0.0.1:%d/postgres?%s"
            .formatted(relay.port(), StoreRelay.DRIVER_OPTION),
        "--store-user",
        "postgres",
        "--store-password",
        "postgres");
  }

  private static void report(FaultReport report) {
    Table happened = new Table("fault", "times");
    report.done().forEach((kind, times) -> happened.row(kind.toString(), Integer.toString(times)));
    System.out.println(happened.text());
    Table table = new Table("producer", "processes", "reported", "at least", "counted", "units");
    report
        .lives()
        .forEach(
            (name, lives) -> {
              Counted counted = report.counted().getOrDefault(name, new Counted(0, 0));
              table.row(
                  name,
                  Integer.toString(lives.size()),
                  Long.toString(lives.stream().mapToLong(Life::reported).sum()),
                  Long.toString(lives.stream().mapToLong(Life::atLeast).sum()),
                  Long.toString(counted.count()),
                  Long.toString(counted.units()));
            });
    System.out.println(table.text());
    report.violations().forEach(System.out::println);
    System.out.println(
        report.violations().isEmpty() ? "every outcome is where it should be" : "NOT as it should");
  }
}
