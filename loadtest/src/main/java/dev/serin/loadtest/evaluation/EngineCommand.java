package dev.serin.loadtest.evaluation;

import dev.serin.loadtest.bench.BenchmarkOptions;
import dev.serin.loadtest.process.TemporaryDirectory;
import dev.serin.loadtest.report.Table;
import dev.serin.loadtest.workload.Scale;
import dev.serin.loadtest.workload.Users;
import dev.serin.loadtest.workload.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code engine}: Serin's engine and its peers on the same work, first checked, then timed. */
@Command(
    name = "engine",
    description = "Times Serin's engine beside LaunchDarkly and Split, after checking the answers.",
    mixinStandardHelpOptions = true)
public final class EngineCommand implements Callable<Integer> {

  @Mixin private BenchmarkOptions benchmark = new BenchmarkOptions();

  @Option(
      names = "--workloads",
      split = ",",
      description = "Which: ${COMPLETION-CANDIDATES}. Default: all.")
  private List<Workload> workloads = List.of(Workload.values());

  @Option(
      names = "--contestants",
      split = ",",
      description = "Who: ${COMPLETION-CANDIDATES}. Default: all.")
  private List<Contestant> contestants = List.of(Contestant.values());

  @Option(names = "--check-only", description = "Check the answers, time nothing.")
  private boolean checkOnly;

  /** Created by the command line. */
  public EngineCommand() {}

  @Override
  public Integer call() throws IOException, RunnerException {
    if (!check()) {
      System.out.println("answers: wrong (expected: those of the rules); nothing was timed");
      return 1;
    }
    if (!checkOnly) {
      System.out.println(new EngineReport(measure()).text());
    }
    return 0;
  }

  private boolean check() throws IOException {
    Table table =
        new Table("workload", "evaluator", "users", "wrong", "unsteady", "by hash", "on %", "");
    boolean passed = true;
    for (Workload workload : workloads) {
      for (Contestant contestant : taking(workload)) {
        EvaluatorCheck check = check(workload, contestant);
        passed &= check.passed();
        table.row(
            workload.name(),
            contestant.title(),
            Integer.toString(check.users()),
            Integer.toString(check.wrong()),
            Integer.toString(check.unsteady()),
            Integer.toString(check.byHash()),
            "%.2f".formatted(check.byHashOnPercent()),
            check.passed() ? "ok" : "WRONG");
      }
    }
    System.out.println(table.text());
    return passed;
  }

  private static EvaluatorCheck check(Workload workload, Contestant contestant) throws IOException {
    try (TemporaryDirectory directory = TemporaryDirectory.create();
        Evaluator evaluator = contestant.open(workload, Scale.FULL, directory.path())) {
      return EvaluatorCheck.run(evaluator, workload, Scale.FULL, Users.COUNT / 2);
    }
  }

  private List<EngineReport.Measurement> measure() throws RunnerException {
    List<EngineReport.Measurement> measurements = new ArrayList<>();
    for (Workload workload : workloads) {
      if (!taking(workload).isEmpty()) {
        Options options =
            benchmark
                .builder(EvaluationBenchmark.class)
                .param("workload", workload.name())
                .param("contestant", names(taking(workload)))
                .build();
        new Runner(options)
            .run().stream().map(EngineCommand::measurement).forEach(measurements::add);
      }
    }
    return measurements;
  }

  private List<Contestant> taking(Workload workload) {
    return contestants.stream().filter(contestant -> contestant.takes(workload)).toList();
  }

  private static EngineReport.Measurement measurement(RunResult result) {
    return new EngineReport.Measurement(
        Workload.valueOf(result.getParams().getParam("workload")),
        Contestant.valueOf(result.getParams().getParam("contestant")),
        BenchmarkOptions.cpuNanos(result),
        result.getPrimaryResult().getScore(),
        BenchmarkOptions.allocatedBytes(result));
  }

  private static String[] names(List<? extends Enum<?>> values) {
    return values.stream().map(Enum::name).toArray(String[]::new);
  }
}
