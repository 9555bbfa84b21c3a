package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureFor;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.layer;
import static dev.serin.server.catalog.Samples.segment;
import static dev.serin.server.catalog.Samples.segmentId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.StoredDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestStore.class)
class CatalogHistoryTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  CatalogHistoryTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open() {
    test = new TestCatalog(store.fresh(directory));
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void history_everyChange_isToldNewestFirst() {
    test.put(segment("beta"), feature("checkout", 25));
    test.put(feature("checkout", 50));
    test.catalog.kill("default", "checkout", new Note("oncall", "errors"));
    test.catalog.revive("default", "checkout", new Note("", ""));
    test.archive("checkout");
    test.delete(segmentId("beta"));

    assertThat(test.history())
        .containsExactly(
            "7 ann DELETED segment/beta",
            "6 ann ARCHIVED feature/checkout",
            "5 unknown REVIVED feature/checkout",
            "4 oncall KILLED feature/checkout",
            "3 ann UPDATED feature/checkout",
            "2 ann CREATED segment/beta",
            "2 ann CREATED feature/checkout");
  }

  @Test
  void history_update_tellsFieldsComparedWithTheVersionBefore() {
    test.put(feature("checkout", 25));
    test.put(segment("other"));
    test.put(feature("checkout", 50));
    test.put(feature("checkout", 75));

    List<HistoryEntry> entries = history(featureId("checkout"), 10, "").entries();

    assertThat(entries)
        .extracting(
            entry ->
                entry.getRevision()
                    + entry.getChange().getFieldsList().stream()
                        .filter(field -> field.getPath().endsWith("weights[0].weight"))
                        .map(field -> ": " + field.getBefore() + " -> " + field.getAfter())
                        .reduce("", String::concat))
        .containsExactly("5: 50 -> 75", "4: 25 -> 50", "2");
  }

  @Test
  void history_ofDocument_holdsOnlyItsChanges() {
    test.put(feature("checkout"), feature("search"), segment("search"));
    test.catalog.kill("default", "search", TestCatalog.NOTE);
    test.catalog.kill("default", "checkout", TestCatalog.NOTE);

    assertThat(shown(history(featureId("search"), 10, "")))
        .containsExactly("3 ann KILLED feature/search", "2 ann CREATED feature/search");
    assertThat(shown(history(segmentId("search"), 10, "")))
        .containsExactly("2 ann CREATED segment/search");
    assertThat(shown(history(segmentId("gone"), 10, ""))).isEmpty();
  }

  @Test
  void history_pages_holdEveryChangeOnce() {
    for (int i = 0; i < 5; i++) {
      test.put(segment("a" + i), segment("b" + i), segment("c" + i));
      test.put(feature("f" + i));
      test.catalog.kill("default", "f" + i, TestCatalog.NOTE);
    }
    List<String> all = test.history();
    assertThat(all).hasSize(25).doesNotHaveDuplicates();

    for (int size : List.of(1, 2, 3, 7, 24, 25, 26)) {
      List<String> paged = new ArrayList<>();
      String token = "";
      do {
        Page<HistoryEntry> page =
            test.catalog.history(new HistoryQuery("default", Optional.empty(), size, token));
        assertThat(page.entries()).hasSizeBetween(1, size);
        paged.addAll(shown(page));
        token = page.nextPageToken();
      } while (!token.isEmpty());
      assertThat(paged).as("pages of %d", size).isEqualTo(all);
    }
  }

  @Test
  void history_tokenOfAnotherList_isRefused() {
    test.put(segment("a"), segment("b"));
    String token = history(segmentId("a"), 1, "").nextPageToken();
    assertThat(token).isEmpty();
    String all =
        test.catalog.history(new HistoryQuery("default", Optional.empty(), 1, "")).nextPageToken();

    assertThat(CatalogApplyTest.refused(() -> history(segmentId("a"), 1, all)).reason())
        .isEqualTo(ErrorReason.PAGE_TOKEN_INVALID);
    assertThat(CatalogApplyTest.refused(() -> history(segmentId("a"), 1, "%%%")).reason())
        .isEqualTo(ErrorReason.PAGE_TOKEN_INVALID);
  }

  @Test
  void list_pages_holdEveryDocumentOnceByKindAndKey() {
    for (int i = 0; i < 4; i++) {
      test.put(segment("s" + i), feature("f" + i), layer("l" + i));
    }
    test.archive("f2");

    List<String> paged = new ArrayList<>();
    String token = "";
    do {
      Page<StoredDocument> page = list(Optional.empty(), "", false, 5, token);
      page.entries()
          .forEach(stored -> paged.add(DocumentIds.shown(DocumentIds.of(stored.getDocument()))));
      token = page.nextPageToken();
    } while (!token.isEmpty());

    assertThat(paged)
        .containsExactly(
            "feature/f0",
            "feature/f1",
            "feature/f3",
            "segment/s0",
            "segment/s1",
            "segment/s2",
            "segment/s3",
            "layer/l0",
            "layer/l1",
            "layer/l2",
            "layer/l3");
    assertThat(list(Optional.empty(), "", true, 100, "").entries()).hasSize(12);
    assertThat(list(Optional.of(DocumentKind.DOCUMENT_KIND_FEATURE), "", true, 100, "").entries())
        .hasSize(4);
    assertThat(list(Optional.empty(), "F1", true, 100, "").entries()).hasSize(1);
    String foreign = list(Optional.empty(), "", true, 1, "").nextPageToken();
    assertThat(
            CatalogApplyTest.refused(() -> list(Optional.empty(), "x", true, 1, foreign)).reason())
        .isEqualTo(ErrorReason.PAGE_TOKEN_INVALID);
  }

  @Test
  void list_largeDocuments_makeShorterPages() {
    String value = "v".repeat(1_000);
    String[] values = new String[1_200];
    for (int i = 0; i < values.length; i++) {
      values[i] = value + i;
    }
    test.put(segment("s0", values), segment("s1", values), segment("s2", values));

    Page<StoredDocument> first = list(Optional.empty(), "", true, 100, "");
    Page<StoredDocument> second = list(Optional.empty(), "", true, 100, first.nextPageToken());

    assertThat(first.entries()).hasSize(2);
    assertThat(second.entries()).hasSize(1);
    assertThat(second.nextPageToken()).isEmpty();
  }

  @Test
  void get_atRevision_isTheDocumentAsItWas() {
    test.put(feature("checkout", 25));
    test.put(feature("checkout", 50));
    test.archive("checkout");
    test.delete(featureId("checkout"));

    assertThat(percent(test.getAt(featureId("checkout"), 2))).isEqualTo(25);
    assertThat(percent(test.getAt(featureId("checkout"), 3))).isEqualTo(50);
    assertThat(test.getAt(featureId("checkout"), 4).getArchived()).isTrue();
    assertThat(notThere(5)).isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(notThere(1)).isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(notThere(6)).isEqualTo(ErrorReason.REVISION_NOT_FOUND);
    assertThat(notThere(0)).isEqualTo(ErrorReason.REVISION_NOT_FOUND);
  }

  private ErrorReason notThere(long revision) {
    return CatalogApplyTest.refused(() -> test.getAt(featureId("checkout"), revision)).reason();
  }

  @Test
  void restore_namespace_isWhatItWasAndKeepsKillSwitches() {
    test.put(segment("beta", "ann"), featureFor("checkout", "beta"), feature("search"));
    long good = test.revision();
    test.archive("search");
    test.delete(featureId("checkout"));
    test.write(
        new DocumentWrite.Put(segment("beta", "bob"), OptionalLong.empty()),
        new DocumentWrite.Put(feature("new"), OptionalLong.empty()));
    test.catalog.kill("default", "new", TestCatalog.NOTE);

    ApplyResult dry = restore(Optional.empty(), good, true);
    ApplyResult result = restore(Optional.empty(), good, false);

    assertThat(dry.changes()).isEqualTo(result.changes());
    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactlyInAnyOrder(
            "UPDATED feature/search",
            "CREATED feature/checkout",
            "UPDATED segment/beta",
            "DELETED feature/new");
    assertThat(result.revision()).isEqualTo(good + 5);
    assertThat(test.keys()).containsExactly("feature/checkout", "feature/search", "segment/beta");
    assertThat(test.get(segmentId("beta")).getDocument().getSegment().getIncludedList())
        .containsExactly("ann");
    test.put(feature("new"));
    assertThat(test.get(featureId("new")).getKilled()).isTrue();
    assertThat(restore(Optional.empty(), test.revision(), false).revision())
        .isEqualTo(test.revision());
  }

  @Test
  void restore_document_leavesTheOthers() {
    test.put(feature("checkout", 25), segment("beta", "ann"));
    test.put(feature("checkout", 50), segment("beta", "bob"));

    ApplyResult result = restore(Optional.of(featureId("checkout")), 2, false);

    assertThat(result.changes())
        .extracting(TestCatalog::shown)
        .containsExactly("UPDATED feature/checkout");
    assertThat(percent(test.get(featureId("checkout")))).isEqualTo(25);
    assertThat(test.get(segmentId("beta")).getDocument().getSegment().getIncludedList())
        .containsExactly("bob");
    assertThat(
            CatalogApplyTest.refused(() -> restore(Optional.of(featureId("checkout")), 1, false))
                .reason())
        .isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(CatalogApplyTest.refused(() -> restore(Optional.empty(), 99, false)).reason())
        .isEqualTo(ErrorReason.REVISION_NOT_FOUND);
  }

  private ApplyResult restore(Optional<DocumentId> document, long revision, boolean dryRun) {
    return test.catalog.restore(
        new RestoreCommand(
            "default", document, revision, OptionalLong.empty(), dryRun, TestCatalog.NOTE));
  }

  @Test
  void copy_documents_keepTheirSalts() {
    test.catalog.createNamespace("staging", TestCatalog.NOTE);
    test.put("staging", segment("beta"), featureFor("checkout", "beta"), feature("old"));
    test.catalog.apply(
        TestCatalog.command(
            "staging", List.of(new DocumentWrite.Archive("old", OptionalLong.empty()))));

    ApplyResult result = copy(List.of());

    assertThat(result.revision()).isEqualTo(2);
    assertThat(test.keys()).containsExactly("feature/checkout", "segment/beta");
    StoredDocument copied = test.get(featureId("checkout"));
    assertThat(copied.getDocument().getFeature().getSplits(0).getSalt())
        .isEqualTo("staging/checkout/main");
    assertThat(copied.getSource()).isEqualTo(ChangeSource.CHANGE_SOURCE_API);
    assertThat(copy(List.of()).unchanged()).isEqualTo(2);
  }

  @Test
  void copy_whatCannotBeCopied_isRefused() {
    test.catalog.createNamespace("staging", TestCatalog.NOTE);
    test.put("staging", segment("beta"), featureFor("checkout", "beta"), feature("old"));
    test.catalog.apply(
        TestCatalog.command(
            "staging", List.of(new DocumentWrite.Archive("old", OptionalLong.empty()))));

    assertThat(reasonOfCopy(featureId("checkout"))).isEqualTo(ErrorReason.INVALID_DOCUMENT);
    assertThat(reasonOfCopy(featureId("gone"))).isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
    assertThat(reasonOfCopy(featureId("old"))).isEqualTo(ErrorReason.FEATURE_ARCHIVED);
    assertThat(test.revision()).isEqualTo(1);
  }

  private ErrorReason reasonOfCopy(DocumentId id) {
    return CatalogApplyTest.refused(() -> copy(List.of(id))).reason();
  }

  private ApplyResult copy(List<DocumentId> documents) {
    return test.catalog.copy(
        new CopyCommand(
            "staging", "default", documents, OptionalLong.empty(), false, TestCatalog.NOTE));
  }

  private Page<HistoryEntry> history(DocumentId document, int size, String token) {
    return test.catalog.history(new HistoryQuery("default", Optional.of(document), size, token));
  }

  private Page<StoredDocument> list(
      Optional<DocumentKind> kind, String contains, boolean archived, int size, String token) {
    return test.catalog.list(new ListQuery("default", kind, contains, archived, size, token));
  }

  private static List<String> shown(Page<HistoryEntry> page) {
    return page.entries().stream().map(TestCatalog::shown).toList();
  }

  private static int percent(StoredDocument stored) {
    Document document = stored.getDocument();
    return document.getFeature().getSplits(0).getWeights(0).getWeight();
  }
}
