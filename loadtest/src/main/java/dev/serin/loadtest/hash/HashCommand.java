package dev.serin.loadtest.hash;

import dev.serin.loadtest.bench.BenchmarkOptions;
import dev.serin.loadtest.report.Table;
import java.util.Collection;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hash}: the hash functions one could bucket by. */
@Command(
    name = "hash",
    description = "Times md5, sha1, murmur and XXH3 on two keys.",
    mixinStandardHelpOptions = true)
public final class HashCommand implements Callable<Integer> {

  @Mixin private BenchmarkOptions benchmark = new BenchmarkOptions();

  /** Created by the command line. */
  public HashCommand() {}

  @Override
  public Integer call() throws RunnerException {
    Collection<RunResult> results =
        new Runner(benchmark.builder(HashBenchmark.class).build()).run();
    Table table = new Table("key", "function", "CPU ns", "B", "wall ns");
    for (RunResult result : results) {
      table.row(
          '"' + result.getParams().getParam("key") + '"',
          HashFunction.valueOf(result.getParams().getParam("function")).title(),
          "%.1f".formatted(BenchmarkOptions.cpuNanos(result)),
          "%.0f".formatted(BenchmarkOptions.allocatedBytes(result)),
          "%.1f".formatted(result.getPrimaryResult().getScore()));
    }
    System.out.println(table.text());
    return 0;
  }
}
