package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.GrpcError;
import dev.serin.server.catalog.PageToken;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.ListRolloutHistoryRequest;
import dev.serin.v1.ListRolloutHistoryResponse;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.RolloutState;
import dev.serin.v1.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's log, page by page. */
class RolloutLogPagesTest {
  /** What the protos say: a page ends early at 3 MiB. */
  private static final int PAGE_BYTES = 3 << 20;

  private static final RolloutCommand CANCEL = RolloutCommand.ROLLOUT_COMMAND_CANCEL;

  @TempDir Path directory;
  private RolloutApi api;

  @BeforeEach
  void open() {
    api = new RolloutApi(new StoreConfig.Sqlite(directory.resolve("serin.db")));
    api.apply(RolloutDocuments.feature("checkout"), RolloutDocuments.rollout("buy", "checkout"));
  }

  @AfterEach
  void close() {
    assertThat(api.unlistedErrors()).isEmpty();
    api.close();
  }

  private static ListRolloutHistoryRequest.Builder history() {
    return ListRolloutHistoryRequest.newBuilder().setRollout("buy");
  }

  private ListRolloutHistoryResponse page(ListRolloutHistoryRequest.Builder request) {
    return api.stub().listRolloutHistory(request.build());
  }

  /** All pages to the last. */
  private List<ListRolloutHistoryResponse> pages(ListRolloutHistoryRequest.Builder first) {
    List<ListRolloutHistoryResponse> pages = new ArrayList<>();
    ListRolloutHistoryRequest.Builder request = first.build().toBuilder();
    do {
      pages.add(page(request));
      request.setPageToken(pages.getLast().getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return pages;
  }

  private static List<RolloutLogEntry> entries(List<ListRolloutHistoryResponse> pages) {
    return pages.stream().flatMap(page -> page.getEntriesList().stream()).toList();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void pages_ofOneEntry_saysOfEachWhatTheWholeLogSays() {
    api.begin("buy");
    api.addEntries("buy", 2);
    api.command("buy", CANCEL);
    List<RolloutLogEntry> whole = page(history()).getEntriesList();

    List<ListRolloutHistoryResponse> pages = pages(history().setPageSize(1));

    assertThat(whole).extracting(RolloutLogEntry::getVersion).isEqualTo(numbers(1, 4));
    assertThat(pages).hasSize(4).allSatisfy(page -> assertThat(page.getEntriesCount()).isOne());
    assertThat(entries(pages)).isEqualTo(whole);
    assertThat(pages.get(2).getEntries(0).getFromState())
        .as("of the entry before, which is on another page")
        .isEqualTo(RolloutState.ROLLOUT_STATE_PAUSED);
    String reason = whole.getLast().getNote().getReason();
    assertThat(pages)
        .allSatisfy(
            page -> {
              assertThat(page.getRun().getVersion()).isEqualTo(4);
              assertThat(page.getRun().getReason()).isEqualTo(reason);
            });
  }

  @Test
  void pages_whereAnotherRunBeganMeanwhile_goOnWithTheirOwn() {
    api.begin("buy");
    api.command("buy", CANCEL);
    ListRolloutHistoryResponse first = page(history().setPageSize(1));
    String second = api.begin("buy").getRunId();

    ListRolloutHistoryResponse next =
        page(history().setPageSize(1).setPageToken(first.getNextPageToken()));

    assertThat(next.getRun().getNumber()).isEqualTo(1);
    assertThat(next.getEntriesList()).extracting(RolloutLogEntry::getVersion).containsExactly(2L);
    assertThat(next.getEntries(0).getRunId()).isNotEqualTo(second);
    assertThat(next.getNextPageToken()).isEmpty();
    assertThat(page(history()).getRun().getRunId()).as("begun anew").isEqualTo(second);
  }

  @Test
  void pages_ofALogThatGrows_haveWhatWasAdded() {
    api.begin("buy");
    api.addEntries("buy", 1);
    ListRolloutHistoryResponse first = page(history().setPageSize(1));
    api.command("buy", CANCEL);

    assertThat(page(history().setPageToken(first.getNextPageToken())).getEntriesList())
        .extracting(RolloutLogEntry::getVersion)
        .containsExactly(2L, 3L);
  }

  @Test
  void token_ofAnotherLog_isRefused() {
    api.begin("buy");
    api.command("buy", CANCEL);
    api.begin("buy");
    api.addEntries("buy", 1);
    String ofTheNewest = page(history().setPageSize(1)).getNextPageToken();
    String ofTheFirst = page(history().setPageSize(1).setRunNumber(1)).getNextPageToken();
    assertThat(ofTheNewest).isNotEmpty();
    assertThat(ofTheFirst).isNotEmpty();

    for (ListRolloutHistoryRequest.Builder other :
        List.of(
            history().setPageToken(ofTheNewest).setRunNumber(2),
            history().setPageToken(ofTheNewest).setIncludeEvidence(true),
            history().setPageToken(ofTheFirst).setRunNumber(2),
            history().setPageToken(ofTheFirst),
            history().setPageToken("no token"))) {
      assertThat(GrpcError.of(() -> page(other)).reason()).isEqualTo("PAGE_TOKEN_INVALID");
    }
    assertThat(page(history().setRunNumber(1).setPageToken(ofTheFirst)).getEntriesCount()).isOne();
  }

  /** It names a run and a place of its log, and anybody can write that. */
  @Test
  void token_madeUpForAnotherRun_isRefused() {
    String first = api.begin("buy").getRunId();
    api.command("buy", CANCEL);
    api.begin("buy");
    api.addEntries("buy", 1);
    api.apply(RolloutDocuments.feature("search"), RolloutDocuments.rollout("find", "search"));
    api.begin("find");

    for (ListRolloutHistoryRequest.Builder other :
        List.of(history().setRunNumber(2), history().setRollout("find"))) {
      String made = PageToken.of(other.build(), first, "1");
      assertThat(GrpcError.of(() -> page(other.setPageToken(made))).reason())
          .isEqualTo("PAGE_TOKEN_INVALID");
    }
    ListRolloutHistoryRequest.Builder itself = history().setRunNumber(1);
    String made = PageToken.of(itself.build(), first, "1");
    assertThat(page(itself.setPageToken(made)).getEntriesCount()).isOne();
  }

  @Test
  void page_ofAStatedSize_hasSoManyEntriesAndElseAHundred() {
    api.begin("buy");
    api.addEntries("buy", 102);

    ListRolloutHistoryResponse unstated = page(history());
    assertThat(unstated.getEntriesList())
        .extracting(RolloutLogEntry::getVersion)
        .isEqualTo(numbers(1, 100));
    assertThat(page(history().setPageToken(unstated.getNextPageToken())).getEntriesList())
        .extracting(RolloutLogEntry::getVersion)
        .isEqualTo(numbers(101, 103));
    ListRolloutHistoryResponse largest = page(history().setPageSize(1_000));
    assertThat(largest.getEntriesList())
        .extracting(RolloutLogEntry::getVersion)
        .isEqualTo(numbers(1, 103));
    assertThat(largest.getNextPageToken()).isEmpty();
    assertThat(page(history().setPageSize(103)).getNextPageToken())
        .as("of a page that the log fills to its end")
        .isEmpty();
    assertThat(GrpcError.of(() -> page(history().setPageSize(1_001))).text())
        .contains("page_size: 1001 (expected: 1 to 1000)");
    assertThat(GrpcError.of(() -> page(history().setPageSize(-1))).text())
        .contains("page_size: 4294967295 (expected: 1 to 1000)");
  }

  @Test
  void evidence_isThereWhereItIsAskedFor() {
    Verdict look = Verdict.newBuilder().setSentence("nothing is worse").setStage(1).build();
    api.begin("buy");
    api.looks.found(look);
    api.addEntries("buy", 1);

    List<RolloutLogEntry> without = page(history()).getEntriesList();
    List<RolloutLogEntry> with = page(history().setIncludeEvidence(true)).getEntriesList();

    assertThat(without).allSatisfy(entry -> assertThat(entry.getEvidence()).isEmpty());
    assertThat(with.get(0).getEvidence()).as("nobody had looked").isEmpty();
    assertThat(with.get(1).getEvidence().toByteArray())
        .isEqualTo(
            api.journal.log(with.get(1).getRunId(), 1, 1).getFirst().evidence().toByteArray())
        .isNotEmpty();
    assertThat(with.get(1).getVerdict()).isEqualTo(look);
    assertThat(with.get(1).toBuilder().clearEvidence().build()).isEqualTo(without.get(1));
  }

  @Test
  void page_ofLargeEntries_endsBeforeThreeMebibytesAndTheNextGoesOn() {
    api.begin("buy");
    api.looks.found(Verdict.newBuilder().setSentence("x".repeat(60 << 10)).build());
    api.addEntries("buy", 60);

    for (boolean evidence : List.of(false, true)) {
      List<ListRolloutHistoryResponse> pages =
          pages(history().setPageSize(1_000).setIncludeEvidence(evidence));

      assertThat(entries(pages)).extracting(RolloutLogEntry::getVersion).isEqualTo(numbers(1, 61));
      assertThat(pages).hasSize(evidence ? 3 : 2);
      for (int i = 0; i + 1 < pages.size(); i++) {
        int bytes = bytes(pages.get(i).getEntriesList());
        assertThat(bytes).isLessThanOrEqualTo(PAGE_BYTES);
        assertThat(bytes + pages.get(i + 1).getEntries(0).getSerializedSize())
            .as("page %d is full", i)
            .isGreaterThan(PAGE_BYTES);
      }
    }
  }

  private static int bytes(List<RolloutLogEntry> entries) {
    return entries.stream().mapToInt(RolloutLogEntry::getSerializedSize).sum();
  }
}
