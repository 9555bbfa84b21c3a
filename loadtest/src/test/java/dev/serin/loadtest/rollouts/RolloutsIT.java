package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What Serin promises of a regression that begins with its stage: users get rid of it in seconds.
 * For late ones, and for rollouts of which nothing is worse: loadtest/run rollouts --help.
 */
class RolloutsIT {
  private static final ResourceLeakDetector.Level LEVEL = ResourceLeakDetector.getLevel();

  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
  }

  private static final double MEDIAN = 0.5;
  private static final int WARM_SECONDS = 5;

  /** Share of calls that may be skipped where the rate counts as held. */
  private static final double MOST_SKIPPED = 0.02;

  /**
   * The level of the build's tests notes the stack of every access to every buffer, which costs
   * callers many times what a call does: they would measure themselves. Other tests look for leaks
   * of the SDK, and the server is a process of its own.
   */
  @BeforeAll
  static void lookForLeaksAsLoadTestsDo() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
  }

  @AfterAll
  static void lookForLeaksAsBefore() {
    ResourceLeakDetector.setLevel(LEVEL);
  }

  /** One margin after the other: 2 000 calls a second leave a small machine some room. */
  @ParameterizedTest
  @CsvSource({"0, 10", "0.25, 15"})
  void rollouts_regressionFromTheBeginning_isServedToNobodyAfterSeconds(
      double margin, double mostSeconds) throws Exception {
    var settings =
        new RolloutSettings(
            20,
            List.of(margin),
            50,
            0.005,
            0.05,
            Duration.ZERO,
            Duration.ofMinutes(2),
            Duration.ofHours(1),
            20_261_122);

    List<WatchedRun> runs = run(settings);

    String table = RolloutsCommand.table(settings, runs);
    System.err.print(table);
    assertThat(runs).as(table).allMatch(WatchedRun::isRolledBack);
    // A machine that could not carry the calls has measured itself.
    if (RolloutsCommand.skippedShare(runs) <= MOST_SKIPPED) {
      assertThat(RolloutsCommand.within(runs, WatchedRun::untilNobodyServed, MEDIAN))
          .as(table)
          .isLessThan(mostSeconds);
    }
  }

  @Test
  void rollouts_withoutARegression_goOn() throws Exception {
    var settings =
        new RolloutSettings(
            20,
            List.of(0.0),
            20,
            0.02,
            0.02,
            Duration.ZERO,
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            20_261_123);

    // One in a hundred may be rolled back in all of its life; three of these twenty never are.
    assertThat(run(settings).stream().filter(WatchedRun::isRolledBack)).hasSizeLessThan(3);
  }

  private static List<WatchedRun> run(RolloutSettings settings) throws Exception {
    try (var directory = TemporaryDirectory.create();
        var server =
            ServerUnderTest.start(
                Installation.own().server(directory.path().resolve("data")),
                directory.path().resolve("server.log"))) {
      return new RolloutsRun(settings, WARM_SECONDS, System.err::println).on(server.grpcPort());
    }
  }
}
