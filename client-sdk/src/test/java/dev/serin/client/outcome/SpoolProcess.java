package dev.serin.client.outcome;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process of its own that reports with a spool, to be killed: reports outcomes named by its
 * prefix and says on its output when all of them are on disk.
 */
final class SpoolProcess {
  /** What it prints when nothing is in memory alone. */
  static final String KEPT = "kept";

  private SpoolProcess() {}

  /** Arguments: target, directory of the spool, prefix, count. */
  public static void main(String[] arguments) throws IOException {
    OutcomeReporter reporter =
        OutcomeReporter.builder("checkout")
            .target(arguments[0])
            .plaintext()
            .batch(50, Duration.ofMillis(5))
            .spool(Path.of(arguments[1]))
            .build();
    int count = Integer.parseInt(arguments[3]);
    for (int i = 0; i < count; i++) {
      reporter.report(Reported.outcome(arguments[2] + "-" + i));
    }
    Await.until("all on disk", () -> isKept(reporter.stats()));
    System.out.println(KEPT);
    // Until it is killed.
    System.in.read();
  }

  private static boolean isKept(ReporterStats stats) {
    return stats.spooled() == stats.queued();
  }

  static Process start(String target, Path spool, String prefix, int count) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SpoolProcess.class.getName(),
            target,
            spool.toString(),
            prefix,
            Integer.toString(count))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Waits for its line; false: it ended without. */
  static boolean awaitKept(Process process) throws IOException {
    return process.inputReader().lines().anyMatch(KEPT::equals);
  }
}
