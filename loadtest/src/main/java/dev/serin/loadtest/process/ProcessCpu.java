package dev.serin.loadtest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * CPU time of a process as Linux counts it: user and system, all threads, also those that ended.
 */
public final class ProcessCpu {

  /** Linux counts process times in hundredths of a second for user space, on every machine. */
  private static final long NANOS_PER_TICK = 10_000_000;

  // Fields of /proc/PID/stat counted from the one after the name, which may hold anything.
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;

  private ProcessCpu() {}

  /**
   * Returns the CPU time used so far, to ten milliseconds.
   *
   * @throws IOException where there is no such process or no /proc
   */
  public static Duration of(long processId) throws IOException {
    return parse(Files.readString(Path.of("/proc", Long.toString(processId), "stat")));
  }

  /** Reads the text of a stat file. */
  static Duration parse(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length <= SYSTEM_TICKS) {
      throw new IllegalArgumentException("stat: " + stat + " (expected: the format of proc(5))");
    }
    long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    return Duration.ofNanos(ticks * NANOS_PER_TICK);
  }
}
