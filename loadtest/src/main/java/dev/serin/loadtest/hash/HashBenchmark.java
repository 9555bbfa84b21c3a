package dev.serin.loadtest.hash;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One hash of one key, its UTF-8 bytes at hand. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class HashBenchmark {

  /** The short text that hash comparisons like, and a key of 20 characters. */
  @Param({"hello world", "user-000000012345678"})
  public String key = "hello world";

  /** The function. */
  @Param public HashFunction function = HashFunction.XXH3;

  private byte[] bytes = new byte[0];

  /** Created by JMH. */
  public HashBenchmark() {}

  /** Encodes the key once: callers have bytes from the wire. */
  @Setup
  public void encode() {
    bytes = key.getBytes(StandardCharsets.UTF_8);
  }

  /** One hash. */
  @Benchmark
  public long hash() {
    return function.hash(bytes);
  }
}
