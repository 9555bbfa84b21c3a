package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutEventKind;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all rollouts of a namespace did. */
class RolloutAuditTest {
  /** 2026-01-01T12:00:00Z. */
  private static final long NOON = 1_767_268_800L;

  private FakeApi api;

  @BeforeEach
  void start() throws IOException {
    api = new FakeApi();
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private static RolloutRun run(String rollout, long number, long lastEntry) {
    RolloutRun.Builder run = RolloutRun.newBuilder().setRollout(rollout).setNumber(number);
    return number == 0
        ? run.build()
        : run.setRunId(rollout + "-" + number)
            .setSince(Timestamps.fromSeconds(NOON + lastEntry))
            .build();
  }

  private static RolloutLogEntry entry(RolloutRun run, long version, long second) {
    return RolloutLogEntry.newBuilder()
        .setRollout(run.getRollout())
        .setRunId(run.getRunId())
        .setVersion(version)
        .setTime(Timestamps.fromSeconds(NOON + second))
        .setKind(RolloutEventKind.ROLLOUT_EVENT_KIND_COMMAND)
        .setCommand(RolloutCommand.ROLLOUT_COMMAND_PAUSE)
        .setState(RolloutState.ROLLOUT_STATE_PAUSED)
        .setFromState(RolloutState.ROLLOUT_STATE_RUNNING)
        .setStage(1)
        .setStageName("canary")
        .setFromTraffic(5)
        .setFromTrafficOf(100)
        .setTraffic(5)
        .setTrafficOf(100)
        .setNote(ChangeNote.newBuilder().setActor("ada").setReason("at " + second))
        .build();
  }

  private void willTell(RolloutRun run, String next, RolloutLogEntry... entries) {
    ListRolloutHistoryResponse.Builder page =
        ListRolloutHistoryResponse.newBuilder().setRun(run).setNextPageToken(next);
    for (RolloutLogEntry entry : entries) {
      page.addEntries(entry);
    }
    api.will("ListRolloutHistory", page.build());
  }

  /** Two rollouts, of which one has three runs, one that was never started, and an old one. */
  private void willTellAll() {
    RolloutRun two = run("buy", 2, 30);
    RolloutRun three = run("buy", 3, 60);
    RolloutRun find = run("find", 1, 50);
    api.will(
        "ListRollouts",
        ListRolloutsResponse.newBuilder().addRuns(three).setNextPageToken("next").build());
    api.will(
        "ListRollouts",
        ListRolloutsResponse.newBuilder()
            .addRuns(find)
            .addRuns(run("later", 0, 0))
            .addRuns(run("old", 1, 19))
            .build());
    willTell(three, "next", entry(three, 1, 40));
    willTell(three, "", entry(three, 2, 60));
    willTell(two, "", entry(two, 1, 15), entry(two, 2, 20), entry(two, 3, 30));
    willTell(find, "", entry(find, 1, 22), entry(find, 2, 50));
  }

  @Test
  void audit_ofAPeriod_isATableInTheOrderOfTime() {
    willTellAll();

    Run run =
        api.run(
            "rollout",
            "audit",
            "--since=2026-01-01T12:00:20Z",
            "--until",
            "2026-01-01T14:01:00+02:00");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "TIME                  ROLLOUT  RUN  ENTRY  ACTOR  EVENT  STATE   STAGE   TRAFFIC  WHY",
            "2026-01-01T12:00:20Z  buy        2      2  ada    pause  paused  canary  5 %      at"
                + " 20",
            "2026-01-01T12:00:22Z  find       1      1  ada    pause  paused  canary  5 %      at"
                + " 22",
            "2026-01-01T12:00:30Z  buy        2      3  ada    pause  paused  canary  5 %      at"
                + " 30",
            "2026-01-01T12:00:40Z  buy        3      1  ada    pause  paused  canary  5 %      at"
                + " 40",
            "2026-01-01T12:00:50Z  find       1      2  ada    pause  paused  canary  5 %      at"
                + " 50");
    assertThat(api.request(1, ListRolloutsRequest.class).getPageToken()).isEqualTo("next");
    assertThat(api.request(2, ListRolloutHistoryRequest.class).getRunNumber()).isEqualTo(3);
    assertThat(api.request(3, ListRolloutHistoryRequest.class).getPageToken()).isEqualTo("next");
    assertThat(api.request(4, ListRolloutHistoryRequest.class).getRunNumber()).isEqualTo(2);
    assertThat(api.request(5, ListRolloutHistoryRequest.class).getRollout())
        .as("what the first run did was before")
        .isEqualTo("find");
  }

  @Test
  void audit_asCsvAndAsJson_isRunByRun() {
    willTellAll();

    Run csv = api.run("rollout", "audit", "--since=2026-01-01T12:00:20Z", "-o", "csv");

    assertThat(csv.out().lines().skip(1))
        .extracting(line -> line.substring(0, line.indexOf(",2026")))
        .containsExactly(
            "\"\",\"buy\",2,\"buy-2\",\"\",\"\",2",
            "\"\",\"buy\",2,\"buy-2\",\"\",\"\",3",
            "\"\",\"buy\",3,\"buy-3\",\"\",\"\",1",
            "\"\",\"buy\",3,\"buy-3\",\"\",\"\",2",
            "\"\",\"find\",1,\"find-1\",\"\",\"\",1",
            "\"\",\"find\",1,\"find-1\",\"\",\"\",2");

    RolloutRun find = run("find", 1, 50);
    api.will("ListRollouts", ListRolloutsResponse.newBuilder().addRuns(find).build());
    willTell(find, "", entry(find, 1, 22), entry(find, 2, 50));
    assertThat(api.run("rollout", "audit", "--feature=search", "-o", "json").out().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("\"rollout\":\"find\""));
    assertThat(api.request(6, ListRolloutsRequest.class).getFeature()).isEqualTo("search");
  }

  @Test
  void audit_ofNoTimeOrAnEmptyPeriod_isWrongUsage() {
    Run noTime = api.run("rollout", "audit", "--since=yesterday");
    assertThat(noTime.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(noTime.err()).contains("'yesterday' (expected: a time like 2026-11-17T20:00:00Z)");

    Run empty =
        api.run("rollout", "audit", "--since=2026-01-02T00:00:00Z", "--until=2026-01-01T00:00:00Z");
    assertThat(empty.exitCode()).isEqualTo(ExitCode.USAGE.code());
    assertThat(empty.err()).contains("--since 2026-01-02T00:00:00Z: not before --until 2026-01-01");
  }
}
