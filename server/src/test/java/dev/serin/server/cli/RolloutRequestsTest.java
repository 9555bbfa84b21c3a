package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.RunErrors;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.StartRolloutRequest;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of which nobody knows whether they were done. */
class RolloutRequestsTest {
  private FakeApi api;

  @BeforeEach
  void serve() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void command_uncertain_tellsTheIdThatAsksForTheSame() {
    api.will("CommandRollout", ApiErrors.changeUncertain(new IllegalStateException("cut")));
    api.will("StartRollout", ApiErrors.changeUncertain(new IllegalStateException("cut")));

    Run command = api.run("rollout", "pause", "checkout");
    Run start = api.run("rollout", "start", "checkout", "--request-id=r1");

    String drawn = api.request(0, CommandRolloutRequest.class).getRequestId();
    assertThat(drawn).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(command.err())
        .contains("it may have been done: the same command with --request-id " + drawn)
        .contains("CHANGE_UNCERTAIN")
        .contains("'serin rollout history'");
    assertThat(api.request(1, StartRolloutRequest.class).getRequestId()).isEqualTo("r1");
    assertThat(start.err()).contains("--request-id r1 does it once and tells");
  }

  @Test
  void command_refused_isCertainAndDrawsAnIdOfItsOwn() {
    api.will("CommandRollout", RunErrors.state("checkout", "PAUSED", 5, "paused: resume it first"));
    api.will("CommandRollout", ApiErrors.storeUnavailable(new IllegalStateException("away")));

    Run refused = api.run("rollout", "advance", "checkout");
    Run away = api.run("rollout", "advance", "checkout");

    assertThat(refused.err()).contains("RUN_STATE").doesNotContain("--request-id");
    assertThat(away.err()).contains("STORE_UNAVAILABLE").doesNotContain("--request-id");
    assertThat(api.request(1, CommandRolloutRequest.class).getRequestId())
        .isNotEmpty()
        .isNotEqualTo(api.request(0, CommandRolloutRequest.class).getRequestId());
  }

  @Test
  void command_toAServerThatIsNotThere_tellsTheId() {
    Run run = Run.of(Run.NO_SERVER, "", false, "rollout", "cancel", "c", "--server=127.0.0.1:1");

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains("--request-id ");
  }
}
