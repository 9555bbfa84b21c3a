package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static dev.serin.server.catalog.Samples.segmentId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.DocumentId;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import dev.serin.v1.Document;
import dev.serin.v1.StoredDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Loading looks at what is newest, and finds the same where that was never noted. */
@ParameterizedClass
@EnumSource(TestStore.class)
class SupersededRowsTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  SupersededRowsTest(TestStore store) {
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
  void changes_manyOfFewDocuments_leaveOneRowEachToLoad() {
    for (int share = 1; share <= 30; share++) {
      test.put(feature("a", share), feature("b", share));
    }
    test.put(segment("s"));
    test.archive("b");

    assertThat(rowsToLoad()).containsExactly("a 31", "b 33", "s 32");
    assertThat(loaded()).containsOnlyKeys(featureId("a"), featureId("b"), segmentId("s"));
    assertThat(percent(test.getAt(featureId("a"), 7))).isEqualTo(6);
  }

  @Test
  void documents_deletedAndWrittenAgain_areLoadedAsTheyAre() {
    test.put(feature("a", 1), feature("b", 1));
    test.delete(featureId("a"));
    test.delete(featureId("b"));
    test.put(feature("b", 2));

    assertThat(loaded()).containsOnlyKeys(featureId("b"));
    assertThat(percent(test.get(featureId("b")))).isEqualTo(2);
    assertThat(rowsToLoad()).containsExactly("a 3", "b 5");
  }

  @Test
  void apply_inManySlices_isNotedToo() {
    test.put(features(1));
    test.put(features(2));

    assertThat(rowsToLoad()).hasSize(2 * Slices.MAX_ROWS + 1).allMatch(row -> row.endsWith(" 3"));
  }

  @Test
  void notes_thatWereNeverMade_changeNothingThatIsLoaded() {
    for (int share = 1; share <= 5; share++) {
      test.put(feature("a", share), feature("b", share));
    }
    test.delete(featureId("b"));
    Map<DocumentId, StoredVersion> noted = loaded();
    test.database.execute(
        Priority.CATALOG,
        handle -> handle.execute("UPDATE document_version SET superseded = NULL"));

    assertThat(loaded()).isEqualTo(noted).containsOnlyKeys(featureId("a"));
    test.put(feature("a", 9));
    assertThat(rowsToLoad()).filteredOn(row -> row.startsWith("a")).containsExactly("a 8");
  }

  private static long percent(StoredDocument stored) {
    return stored.getDocument().getFeature().getSplits(0).getWeights(0).getWeight();
  }

  private static Document[] features(int share) {
    Document[] documents = new Document[2 * Slices.MAX_ROWS + 1];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = feature("feature-" + i, share);
    }
    return documents;
  }

  /** As a server reads it that has just started. */
  private Map<DocumentId, StoredVersion> loaded() {
    var started = new TestCatalog(test.database);
    return started.catalog.states().current("default").documents();
  }

  /** Key and revision of what loading looks at. */
  private List<String> rowsToLoad() {
    return test.database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT v.key, c.revision FROM document_version v JOIN change_set c"
                        + " ON c.apply_id = v.apply_id WHERE v.superseded IS NULL"
                        + " ORDER BY v.key, c.revision")
                .map((row, context) -> row.getString(1) + " " + row.getLong(2))
                .list());
  }
}
