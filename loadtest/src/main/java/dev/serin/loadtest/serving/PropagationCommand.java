package dev.serin.loadtest.serving;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Samples;
import dev.serin.loadtest.report.Table;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.SerinDocuments;
import dev.serin.loadtest.workload.Targeting;
import dev.serin.loadtest.workload.Workload;
import dev.serin.v1.Document;
import dev.serin.v1.Feature;
import io.grpc.ManagedChannel;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code propagation}: how long a change takes to be seen by Evaluate. */
@Command(
    name = "propagation",
    description = {
      "Fills a namespace, changes one feature after another through ApplyDocuments, and measures",
      "until Evaluate answers by the change: from sending it, and from its acknowledgement."
    },
    mixinStandardHelpOptions = true)
public final class PropagationCommand implements Callable<Integer> {

  /** The project's target. */
  private static final Duration TARGET = Duration.ofMillis(100);

  @Option(
      names = "--features",
      defaultValue = "10000",
      description = "Features of the namespace, at most 10 000. Default: ${DEFAULT-VALUE}.")
  private int features;

  @Option(
      names = "--changes",
      defaultValue = "100",
      description = "Changes that are measured. Default: ${DEFAULT-VALUE}.")
  private int changes;

  @Option(
      names = "--postgres",
      description = "On a PostgreSQL started for the measurement. Absent: SQLite.")
  private boolean postgres;

  @Option(
      names = "--other-replica",
      description = "Ask another server than the one that is changed; needs --postgres.")
  private boolean otherReplica;

  /** Created by the command line. */
  public PropagationCommand() {}

  @Override
  public Integer call() throws IOException {
    if (otherReplica && !postgres) {
      throw new IllegalArgumentException("--other-replica: true (expected: with --postgres only)");
    }
    if (!postgres) {
      measure();
      return 0;
    }
    try (EmbeddedPostgres store = EmbeddedPostgres.start()) {
      String user = "postgres";
      measure("--store", store.getJdbcUrl(user, user), "--store-user", user);
    }
    return 0;
  }

  private void measure(String... store) throws IOException {
    try (var directory = TemporaryDirectory.create()) {
      Path log = directory.path().resolve("server.log");
      Installation serin = Installation.own();
      try (var changed =
          ServerUnderTest.start(serin.server(directory.path().resolve("a"), store), log)) {
        if (!otherReplica) {
          measure(changed, changed);
          return;
        }
        try (var asked =
            ServerUnderTest.start(serin.server(directory.path().resolve("b"), store), log)) {
          measure(changed, asked);
        }
      }
    }
  }

  private void measure(ServerUnderTest changed, ServerUnderTest asked) throws IOException {
    ManagedChannel toChanged = Target.local(changed.grpcPort()).channel();
    ManagedChannel toAsked = Target.local(asked.grpcPort()).channel();
    try {
      Namespaces writer = new Namespaces(toChanged);
      Namespaces reader = new Namespaces(toAsked);
      writer.create();
      long beginNanos = System.nanoTime();
      writer.apply(documents());
      System.out.printf(
          "%d features applied in %d ms%n",
          features, Duration.ofNanos(System.nanoTime() - beginNanos).toMillis());
      var watch = new ChangeWatch(writer, reader);
      // The first changes warm both sides.
      watch.measure(feature(0));
      watch.measure(feature(1));
      List<ChangeWatch.Seen> seen = new ArrayList<>();
      for (int i = 0; i < changes; i++) {
        seen.add(watch.measure(feature(i * 97 % features)));
      }
      report(seen);
    } finally {
      toChanged.shutdownNow();
      toAsked.shutdownNow();
    }
  }

  private List<Document> documents() {
    List<Document> documents = new ArrayList<>(features);
    for (int number = 0; number < features; number++) {
      documents.add(Document.newBuilder().setFeature(feature(number)).build());
    }
    return documents;
  }

  /** W2 without its allow list: ten thousand of those would be a namespace of 120 MB. */
  private static Feature feature(int number) {
    Feature full = SerinDocuments.feature(new Targeting(number, Workload.Kind.RULES, Scale.FULL));
    return full.toBuilder().clearRules().addRules(full.getRules(0)).build();
  }

  private static void report(List<ChangeWatch.Seen> seen) {
    Table table = new Table("until Evaluate shows it, ms", "p50", "p90", "p99", "max");
    row(table, "from sending the change", seen.stream().mapToDouble(ChangeWatch.Seen::sentMillis));
    row(
        table,
        "from its acknowledgement",
        seen.stream().mapToDouble(ChangeWatch.Seen::acknowledgedMillis));
    System.out.print(table.text());
    double worst = seen.stream().mapToDouble(ChangeWatch.Seen::sentMillis).max().orElse(0);
    System.out.printf(
        "%n%d changes, asked for %d ms after each answer; target: at most %d ms: %s%n",
        seen.size(),
        ChangeWatch.PAUSE.toMillis(),
        TARGET.toMillis(),
        worst <= TARGET.toMillis() ? "met by all" : "missed by some");
  }

  private static void row(Table table, String name, DoubleStream values) {
    Samples samples = new Samples(values.toArray());
    table.row(
        name,
        "%.1f".formatted(samples.quantile(0.5)),
        "%.1f".formatted(samples.quantile(0.9)),
        "%.1f".formatted(samples.quantile(0.99)),
        "%.1f".formatted(samples.max()));
  }
}
