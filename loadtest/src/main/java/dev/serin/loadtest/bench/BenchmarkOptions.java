package dev.serin.loadtest.bench;

import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Option;

/** How long a micro-benchmark runs; the same options for every command that has one. */
public final class BenchmarkOptions {

  /** Compilation in the foreground: a busy machine cannot leave a fork in half-compiled code. */
  private static final String FOREGROUND_COMPILATION = "-Xbatch";

  /** JMH asks for memory addresses in the old way, which the JDK else comments on. */
  private static final String UNSAFE_ALLOWED = "--sun-misc-unsafe-memory-access=allow";

  @Option(
      names = "--forks",
      defaultValue = "2",
      description = "JVMs per line. Default: ${DEFAULT-VALUE}.")
  private int forks = 2;

  @Option(
      names = "--iterations",
      defaultValue = "5",
      description = "Warm-up and measured iterations in each JVM. Default: ${DEFAULT-VALUE}.")
  private int iterations = 5;

  @Option(
      names = "--iteration-millis",
      defaultValue = "1000",
      description = "Length of an iteration. Default: ${DEFAULT-VALUE}.")
  private int iterationMillis = 1_000;

  /** Created by the command line. */
  public BenchmarkOptions() {}

  /** Returns JMH options for all benchmarks of the class, with allocation and CPU per operation. */
  public ChainedOptionsBuilder builder(Class<?> benchmark) {
    TimeValue time = TimeValue.milliseconds(iterationMillis);
    return new OptionsBuilder()
        .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(forks)
        .warmupIterations(iterations)
        .warmupTime(time)
        .measurementIterations(iterations)
        .measurementTime(time)
        .threads(1)
        .jvmArgsAppend(FOREGROUND_COMPILATION, UNSAFE_ALLOWED)
        .addProfiler(GCProfiler.class)
        .addProfiler(WorkerCpuProfiler.class);
  }

  /** Returns the CPU nanoseconds per operation. */
  public static double cpuNanos(RunResult result) {
    return secondary(result, WorkerCpuProfiler.CPU_NANOS);
  }

  /** Returns the bytes allocated per operation. */
  public static double allocatedBytes(RunResult result) {
    return secondary(result, "gc.alloc.rate.norm");
  }

  @SuppressWarnings("rawtypes") // as JMH declares it
  private static double secondary(RunResult result, String name) {
    Map<String, Result> results = result.getSecondaryResults();
    Result value = results.get(name);
    if (value == null) {
      throw new IllegalStateException(
          "result: %s (expected: among %s)".formatted(name, results.keySet()));
    }
    return value.getScore();
  }
}
