package dev.serin.loadtest.judging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ControllerCommandIT {
  /** It fails where a run is not looked at, or a tick fails. */
  @Test
  void controller_overAFewRuns_isMeasured() {
    int status =
        new CommandLine(new ControllerCommand())
            .execute(
                "--rollouts",
                "30",
                "--runs",
                "6",
                "--changed",
                "2",
                "--users",
                "400",
                "--warm-up",
                "3",
                "--seconds",
                "3");

    assertThat(status).isZero();
  }
}
