package dev.serin.server.cli;

import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.rollout.simulation.Peers;
import dev.serin.server.rollout.simulation.SimulatedJudge;
import dev.serin.server.rollout.simulation.SimulatedPlan;
import dev.serin.server.rollout.simulation.Simulation;
import dev.serin.server.rollout.simulation.SimulationResult;
import dev.serin.server.rollout.simulation.World;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Replays a rollout in a described world, thousands of times, through the real judge. */
@Command(
    name = "simulate",
    description = {
      "Replay a rollout's file in a described world, many times, through the real judge and state",
      "machine: how often it is rolled back, how fast, and how often a bad release is promoted.",
      "What metrics are and which direction is better, documents beside the rollout say, or with",
      "--server those that a server holds. Without it no server is asked, and a metric whose",
      "document is not known is an event, or a mean if its --baseline is one."
    })
final class SimulateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final FilesOption files = new FilesOption();
  @Mixin private final WorldOptions world = new WorldOptions();

  @Option(
      names = "--against",
      description = "Other controllers' judges on the same draws beside: Argo, Flagger, tests.")
  private boolean against;

  @Option(
      names = "--rollout",
      paramLabel = "KEY",
      description = "Which rollout, where the files hold several.")
  private String key = "";

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Runs, 1 to 100000 (default: 1000).")
  private int runs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of all draws (default: 1).")
  private long seed;

  @Option(
      names = "--horizon",
      paramLabel = "TIME",
      converter = CallOptions.Seconds.class,
      description = {
        "Leave runs that go on for so long (default: twice all dwells or the maxima, if those are",
        "later, and bake times; at least 1h)."
      })
  private @Nullable Duration horizon;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the table as CSV too.")
  private @Nullable Path csv;

  SimulateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (runs < 1 || runs > 100_000) {
      throw new CommandFailure(
          ExitCode.USAGE, "--runs " + runs + ": out of range (expected: 1 to 100000)");
    }
    checkCsv();
    return switch (read()) {
      case RolloutFile.Reading.Wrong wrong -> {
        FilesOption.print(terminal, wrong.errors());
        yield ExitCode.REFUSED.code();
      }
      case RolloutFile.Reading.Sound sound -> {
        print(simulate(sound.file()));
        yield ExitCode.OK.code();
      }
    };
  }

  /** Before minutes of simulation are lost; nothing is written yet. */
  private void checkCsv() {
    if (csv == null) {
      return;
    }
    Path folder = csv.toAbsolutePath().getParent();
    boolean writable =
        Files.exists(csv)
            ? !Files.isDirectory(csv) && Files.isWritable(csv)
            : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
    if (!writable) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--csv " + csv + ": not writable (expected: a file in a folder that is there)");
    }
  }

  private RolloutFile.Reading read() {
    ParsedDocuments parsed = files.read(terminal);
    boolean serverNamed = spec.commandLine().getParseResult().hasMatchedOption("--server");
    if (!serverNamed || !parsed.errors().isEmpty()) {
      return RolloutFile.read(parsed, key, List.of());
    }
    try (Session session = call.open()) {
      Set<String> features = ValidateCommand.featuresOfRollouts(parsed);
      return RolloutFile.read(parsed, key, ServedDocuments.of(session, call.namespace(), features));
    }
  }

  private List<SimulationResult> simulate(RolloutFile file) {
    World described = world.of(file);
    SimulatedPlan plan = SimulatedPlan.of(file.plan(), file.known(), described);
    List<SimulationResult> results = new ArrayList<>();
    Simulation simulation = new Simulation(plan, described, horizon(plan), seed);
    for (SimulatedJudge.Kind judge : judges(plan, described)) {
      ProgressLine progress = new ProgressLine(terminal, judge.name(), runs);
      results.add(simulation.run(judge, runs, progress::done));
      progress.clear();
    }
    return results;
  }

  private void print(List<SimulationResult> results) {
    SimulationText.lines(terminal, results).forEach(terminal.out()::println);
    write(results);
  }

  private Duration horizon(SimulatedPlan plan) {
    return horizon == null ? plan.usualHorizon() : horizon;
  }

  /** Serin first; the peers with usual thresholds and a look each minute. */
  private List<SimulatedJudge.Kind> judges(SimulatedPlan plan, World described) {
    List<SimulatedJudge.Kind> judges = new ArrayList<>();
    judges.add(plan.policy(described));
    if (against) {
      double threshold = Peers.usualThreshold(plan, described);
      judges.add(Peers.argo(threshold, 0, 60));
      judges.add(Peers.argo(threshold, 3, 60));
      judges.add(Peers.flagger(threshold, 1, 60));
      judges.add(Peers.flagger(threshold, 5, 60));
      judges.add(Peers.flagger(threshold, 10, 60));
      judges.add(Peers.peeked(1_000, 0.05));
      judges.add(Peers.fixedHorizon(1_000, 0.05));
    }
    return judges;
  }

  private void write(List<SimulationResult> results) {
    if (csv == null) {
      return;
    }
    try {
      Files.writeString(csv, SimulationText.csv(results), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.USAGE, "--csv " + csv + ": " + e.getMessage());
    }
  }
}
