package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, as SQLite sees it: the file may not grow beyond a number of pages. */
class FullStoreTest {
  /** Room for some slices of a large apply, not for all. */
  private static final int ROOM_PAGES = 60;

  @TempDir Path directory;

  @Test
  void apply_storeFull_isRefusedWholeAndTheOldStateStays() {
    try (TestCatalog test = new TestCatalog(TestStore.SQLITE.fresh(directory))) {
      test.put(segment("old"));
      test.database.execute(Priority.CATALOG, handle -> limit(handle, ROOM_PAGES));

      ApiException full = CatalogApplyTest.refused(() -> test.put(HalfApply.documents()));

      assertThat(full.reason()).isEqualTo(ErrorReason.STORE_FULL);
      assertThat(test.keys()).containsExactly("segment/old");
      assertThat(test.revision()).isEqualTo(2);
      assertThat(test.history()).containsExactly("2 ann CREATED segment/old");
      // What was begun is removed, so its room is there for smaller changes.
      assertThat(documentRows(test)).isEqualTo(1);
      assertThat(test.put(segment("small")).revision()).isEqualTo(3);
    }
  }

  @Test
  void apply_afterRoomWasMade_works() {
    try (TestCatalog test = new TestCatalog(TestStore.SQLITE.fresh(directory))) {
      test.database.execute(Priority.CATALOG, handle -> limit(handle, ROOM_PAGES));
      assertThat(CatalogApplyTest.refused(() -> test.put(HalfApply.documents())).reason())
          .isEqualTo(ErrorReason.STORE_FULL);

      test.database.execute(Priority.CATALOG, handle -> limit(handle, 1_000_000));

      assertThat(test.put(HalfApply.documents()).revision()).isEqualTo(2);
    }
  }

  private static void limit(Handle handle, long morePages) {
    long pages = handle.createQuery("PRAGMA page_count").mapTo(Long.class).one();
    handle.createQuery("PRAGMA max_page_count = " + (pages + morePages)).mapTo(Long.class).one();
  }

  private static long documentRows(TestCatalog test) {
    return test.database.read(
        handle ->
            handle.createQuery("SELECT count(*) FROM document_version").mapTo(Long.class).one());
  }
}
