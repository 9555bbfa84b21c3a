package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.GrpcError;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutsRequest;
import dev.serin.v1.ListRolloutsResponse;
import dev.serin.v1.ReplayRolloutRequest;
import dev.serin.v1.ReplayRolloutResponse;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutState;
import dev.serin.v1.StartRolloutRequest;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which run of which rollout an answer is of. */
class RolloutRequestsTest {
  private static final RolloutCommand PAUSE = RolloutCommand.ROLLOUT_COMMAND_PAUSE;
  private static final RolloutCommand RESUME = RolloutCommand.ROLLOUT_COMMAND_RESUME;
  private static final RolloutCommand CANCEL = RolloutCommand.ROLLOUT_COMMAND_CANCEL;

  @TempDir Path directory;
  private RolloutApi api;

  @BeforeEach
  void open() {
    api = new RolloutApi(new StoreConfig.Sqlite(directory.resolve("serin.db")));
    api.apply(
        RolloutDocuments.feature("checkout"),
        RolloutDocuments.feature("search"),
        RolloutDocuments.rollout("buy", "checkout"),
        RolloutDocuments.rollout("find", "search"),
        RolloutDocuments.rollout("later", "search"));
  }

  @AfterEach
  void close() {
    assertThat(api.unlistedErrors()).isEmpty();
    api.close();
  }

  /** Two runs of a rollout: of two entries, cancelled, and of three, running. */
  private void twoRuns() {
    api.begin("buy");
    api.command("buy", CANCEL);
    api.begin("buy");
    api.command("buy", PAUSE);
    api.command("buy", RESUME);
  }

  private static GetRolloutRequest.Builder get(String rollout) {
    return GetRolloutRequest.newBuilder().setRollout(rollout);
  }

  private static ReplayRolloutRequest.Builder replay(String rollout) {
    return ReplayRolloutRequest.newBuilder().setRollout(rollout);
  }

  private static ListRolloutHistoryRequest.Builder history(String rollout) {
    return ListRolloutHistoryRequest.newBuilder().setRollout(rollout);
  }

  @Test
  void get_ofANumber_showsThatRun() {
    twoRuns();

    GetRolloutResponse first = api.stub().getRollout(get("buy").setRunNumber(1).build());
    GetRolloutResponse second = api.stub().getRollout(get("buy").setRunNumber(2).build());

    assertThat(first.getRun().getNumber()).isEqualTo(1);
    assertThat(first.getRun().getState()).isEqualTo(RolloutState.ROLLOUT_STATE_CANCELLED);
    assertThat(first.getRun().getActive()).isFalse();
    assertThat(first.getRun().getVersion()).isEqualTo(2);
    assertThat(second.getRun().getNumber()).isEqualTo(2);
    assertThat(second.getRun().getState()).isEqualTo(RolloutState.ROLLOUT_STATE_RUNNING);
    assertThat(second.getRun().getActive()).isTrue();
    assertThat(second.getRun().getVersion()).isEqualTo(3);
    assertThat(second.getRun().getRunId()).isNotEqualTo(first.getRun().getRunId());
    assertThat(api.stub().getRollout(get("buy").build())).as("the newest").isEqualTo(second);
  }

  @Test
  void replay_ofANumber_isOfThatRun() {
    twoRuns();

    ReplayRolloutResponse first = api.stub().replayRollout(replay("buy").setRunNumber(1).build());
    ReplayRolloutResponse second = api.stub().replayRollout(replay("buy").build());

    assertThat(first.getRun().getNumber()).isEqualTo(1);
    assertThat(first.getLogEntries()).isEqualTo(2);
    assertThat(first.getEntriesList())
        .extracting(entry -> entry.getState())
        .containsExactly(RolloutState.ROLLOUT_STATE_RUNNING, RolloutState.ROLLOUT_STATE_CANCELLED);
    assertThat(first.getMovesHold()).as(first.getMovesProblem()).isTrue();
    assertThat(second.getRun().getNumber()).isEqualTo(2);
    assertThat(second.getLogEntries()).isEqualTo(3);
    assertThat(second.getMovesHold()).as(second.getMovesProblem()).isTrue();
  }

  @Test
  void history_ofANumber_isOfThatRun() {
    twoRuns();

    var first = api.stub().listRolloutHistory(history("buy").setRunNumber(1).build());
    var second = api.stub().listRolloutHistory(history("buy").build());

    assertThat(first.getRun().getNumber()).isEqualTo(1);
    assertThat(first.getEntriesList())
        .extracting(entry -> entry.getCommand())
        .containsExactly(RolloutCommand.ROLLOUT_COMMAND_START, CANCEL);
    assertThat(second.getRun().getNumber()).isEqualTo(2);
    assertThat(second.getEntriesList())
        .extracting(entry -> entry.getCommand())
        .containsExactly(RolloutCommand.ROLLOUT_COMMAND_START, PAUSE, RESUME);
  }

  /** What Get, Replay and History of a number are refused with. */
  private List<GrpcError> refusals(String rollout, long number) {
    return List.of(
        GrpcError.of(() -> api.stub().getRollout(get(rollout).setRunNumber(number).build())),
        GrpcError.of(() -> api.stub().replayRollout(replay(rollout).setRunNumber(number).build())),
        GrpcError.of(
            () -> api.stub().listRolloutHistory(history(rollout).setRunNumber(number).build())));
  }

  @Test
  void number_ofNoRun_isNotFoundAndSaysWhichThereAre() {
    twoRuns();

    assertThat(refusals("buy", 3))
        .allSatisfy(
            refused -> {
              assertThat(refused.code()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(refused.reason()).isEqualTo("RUN_NOT_FOUND");
              assertThat(refused.metadata())
                  .containsEntry("rollout", "buy")
                  .containsEntry("newest", "2");
              assertThat(refused.text()).contains("run 3 not found (expected: 1 to 2)");
            });
    assertThat(refusals("find", 1))
        .allSatisfy(
            refused -> {
              assertThat(refused.reason()).isEqualTo("RUN_NOT_FOUND");
              assertThat(refused.metadata()).containsEntry("newest", "0");
              assertThat(refused.text()).contains("start it first");
            });
  }

  /** To start it first, as of one that was never started, would be no help. */
  @Test
  void number_ofARolloutThatIsNoDocument_isNoSuchDocument() {
    assertThat(refusals("nowhere", 1))
        .extracting(GrpcError::reason)
        .containsOnly("DOCUMENT_NOT_FOUND");
  }

  @Test
  void number_zero_isRefused() {
    twoRuns();

    assertThat(refusals("buy", 0))
        .allSatisfy(
            refused -> {
              assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
              assertThat(refused.text()).contains("run_number: 0 (expected: 1 or more)");
            });
  }

  @Test
  void rollout_neverStarted_hasNoRunNoReplayAndNoHistory() {
    GetRolloutResponse shown = api.stub().getRollout(get("find").build());

    assertThat(shown.getRollout().getKey()).isEqualTo("find");
    assertThat(shown.getRun().getRunId()).isEmpty();
    assertThat(shown.hasJudgedBy()).isFalse();
    assertThat(shown.hasProgress()).isFalse();
    assertThat(
            List.of(
                GrpcError.of(() -> api.stub().replayRollout(replay("find").build())),
                GrpcError.of(() -> api.stub().listRolloutHistory(history("find").build()))))
        .extracting(GrpcError::reason)
        .containsOnly("RUN_NOT_FOUND");
  }

  private static ListRolloutsRequest.Builder list() {
    return ListRolloutsRequest.newBuilder();
  }

  private List<String> listed(ListRolloutsRequest.Builder request) {
    return keys(api.stub().listRollouts(request.build()));
  }

  private static List<String> keys(ListRolloutsResponse page) {
    return page.getRunsList().stream().map(RolloutRun::getRollout).toList();
  }

  @Test
  void list_ofAFeature_leavesOutTheOthers() {
    twoRuns();

    assertThat(listed(list())).containsExactly("buy", "find", "later");
    assertThat(listed(list().setFeature("checkout"))).containsExactly("buy");
    assertThat(listed(list().setFeature("search"))).containsExactly("find", "later");
    assertThat(listed(list().setFeature("nowhere"))).isEmpty();
    assertThat(listed(list().setFeature("search").addStates(RolloutState.ROLLOUT_STATE_RUNNING)))
        .as("both have to be so")
        .isEmpty();
  }

  @Test
  void list_ofStates_isOfTheNewestRunAlone() {
    twoRuns();
    api.begin("find");
    api.command("find", CANCEL);

    assertThat(listed(list().addStates(RolloutState.ROLLOUT_STATE_CANCELLED)))
        .containsExactly("find");
    assertThat(listed(list().addStates(RolloutState.ROLLOUT_STATE_RUNNING))).containsExactly("buy");
    assertThat(
            listed(
                list()
                    .addStates(RolloutState.ROLLOUT_STATE_UNSPECIFIED)
                    .addStates(RolloutState.ROLLOUT_STATE_RUNNING)))
        .containsExactly("buy", "later");
  }

  @Test
  void list_ofAStateOfNoKnownNumber_isRefused() {
    GrpcError refused =
        GrpcError.of(
            () ->
                api.stub()
                    .listRollouts(
                        list()
                            .addStates(RolloutState.ROLLOUT_STATE_RUNNING)
                            .addStatesValue(77)
                            .build()));

    assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(refused.text()).contains("states: of no known number (expected: known states)");
  }

  @Test
  void list_pageByPage_endsAndLeavesNoneOut() {
    twoRuns();
    List<List<String>> pages = new ArrayList<>();
    ListRolloutsRequest.Builder request = list().setPageSize(1).setFeature("search");
    do {
      ListRolloutsResponse page = api.stub().listRollouts(request.build());
      pages.add(keys(page));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());

    assertThat(pages.stream().flatMap(List::stream)).containsExactly("find", "later");
    assertThat(pages.getFirst()).as("a filter leaves pages empty, and the list goes on").isEmpty();
  }

  @Test
  void list_withATokenOfAnotherList_isRefused() {
    String token = api.stub().listRollouts(list().setPageSize(1).build()).getNextPageToken();

    for (ListRolloutsRequest.Builder other :
        List.of(
            list().setFeature("search"),
            list().addStates(RolloutState.ROLLOUT_STATE_RUNNING),
            list().setNamespace("default"))) {
      GrpcError refused =
          GrpcError.of(() -> api.stub().listRollouts(other.setPageToken(token).build()));
      assertThat(refused.reason()).isEqualTo("PAGE_TOKEN_INVALID");
    }
    assertThat(listed(list().setPageSize(2).setPageToken(token)))
        .as("pages may change their size")
        .containsExactly("find", "later");
  }

  @Test
  void list_ofAPageSizeOutOfBounds_isRefused() {
    assertThat(listed(list().setPageSize(1_000))).hasSize(3);
    assertThat(GrpcError.of(() -> listed(list().setPageSize(1_001))).text())
        .contains("page_size: 1001 (expected: 1 to 1000)");
    assertThat(GrpcError.of(() -> listed(list().setPageSize(-1))).text())
        .contains("page_size: 4294967295 (expected: 1 to 1000)");
  }

  @Test
  void rollout_deletedAfterItsRuns_isListedAndShownWithoutDocument() {
    twoRuns();
    api.command("buy", CANCEL);
    GetRolloutResponse before = api.stub().getRollout(get("buy").build());

    api.delete("buy");

    assertThat(listed(list())).containsExactly("buy", "find", "later");
    assertThat(listed(list().setFeature("checkout"))).containsExactly("buy");
    GetRolloutResponse after = api.stub().getRollout(get("buy").build());
    assertThat(after.hasRollout()).isFalse();
    assertThat(after.hasRevision()).isFalse();
    assertThat(before.hasRollout() && before.hasRevision()).isTrue();
    assertThat(after)
        .as("all else as before")
        .isEqualTo(before.toBuilder().clearRollout().clearRevision().build());
    assertThat(after.getJudgedBy()).isEqualTo(before.getRollout());
    assertThat(api.stub().getRollout(get("buy").setRunNumber(1).build()).getRun().getNumber())
        .isEqualTo(1);
    assertThat(api.stub().listRolloutHistory(history("buy").build()).getEntriesCount())
        .isEqualTo(4);
    assertThat(api.stub().replayRollout(replay("buy").build()).getMovesHold()).isTrue();
    assertThat(
            GrpcError.of(
                    () ->
                        api.stub()
                            .startRollout(
                                StartRolloutRequest.newBuilder().setRollout("buy").build()))
                .reason())
        .isEqualTo("DOCUMENT_NOT_FOUND");
  }

  @Test
  void rollout_deletedAndNeverStarted_isGone() {
    api.delete("find");

    assertThat(listed(list())).containsExactly("buy", "later");
    assertThat(GrpcError.of(() -> api.stub().getRollout(get("find").build())).reason())
        .isEqualTo("DOCUMENT_NOT_FOUND");
  }

  /** Of pages of one: each of those that are gone has its place among those that are there. */
  @Test
  void list_pageByPageWithDeletedOnes_isInTheOrderOfKeys() {
    twoRuns();
    api.command("buy", CANCEL);
    api.delete("buy");
    api.begin("later");
    api.command("later", CANCEL);
    api.delete("later");
    List<String> keys = new ArrayList<>();
    ListRolloutsRequest.Builder request = list().setPageSize(1);
    do {
      ListRolloutsResponse page = api.stub().listRollouts(request.build());
      assertThat(page.getRunsCount()).isLessThanOrEqualTo(1);
      keys.addAll(keys(page));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());

    assertThat(keys).containsExactly("buy", "find", "later");
  }
}
