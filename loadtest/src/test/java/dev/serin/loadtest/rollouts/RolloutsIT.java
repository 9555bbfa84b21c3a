package dev.serin.loadtest.rollouts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.loadtest.process.Installation;
import dev.serin.loadtest.process.ServerUnderTest;
import dev.serin.loadtest.process.TemporaryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Rollouts of which nothing is worse go on, side by side on a real server. How soon regressions
 * end: loadtest/run rollouts.
 */
class RolloutsIT {
  static {
    // As loadtest/run does.
    System.setProperty("serin.root", Path.of("..").toAbsolutePath().normalize().toString());
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
      return new RolloutsRun(settings, Duration.ofSeconds(10), System.err::println)
          .on(server.grpcPort());
    }
  }
}
