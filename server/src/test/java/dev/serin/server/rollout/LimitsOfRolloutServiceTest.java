package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What proto/ERRORS.md says of the limits of RolloutService. */
class LimitsOfRolloutServiceTest {
  @Test
  void page_limits_areThoseOfTheCode() throws IOException {
    assertThat(Files.readAllLines(Path.of("../proto/ERRORS.md")))
        .contains(
            "| request of RolloutService | %d MiB | `rollout_service.proto` |"
                .formatted(RolloutServiceAdapter.MAX_REQUEST_BYTES >> 20),
            "| id of a request | %d | `request_id`; no control characters |"
                .formatted(RolloutServiceAdapter.MAX_REQUEST_ID_CHARS),
            "| watches of runs at once | %d | `WatchRollout`, of one server |"
                .formatted(Watches.WATCHERS_MAX),
            ("| entries of a watch's first answer | %d | `WatchRolloutRequest.entries`;"
                    + " %d where the request does not say |")
                .formatted(
                    RolloutServiceAdapter.MAX_WATCHED_ENTRIES,
                    RolloutServiceAdapter.DEFAULT_WATCHED_ENTRIES),
            ("| entries of a replay | %d %03d | `ReplayRolloutResponse.entries`;"
                    + " all are judged and counted |")
                .formatted(
                    RunLogs.MAX_REPLAYED_ENTRIES / 1_000, RunLogs.MAX_REPLAYED_ENTRIES % 1_000));
  }
}
