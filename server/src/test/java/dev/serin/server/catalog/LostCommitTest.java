package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.LossyProxy;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that commits, and whose answer never arrives: what was committed is there, and said. */
class LostCommitTest {
  private String url;
  private LossyProxy proxy;
  private TestCatalog test;

  @BeforeEach
  void open() throws IOException {
    url = PostgresServer.shared().freshDatabase();
    proxy = new LossyProxy(url);
    test = new TestCatalog(new StoreConfig.Postgres(proxy.jdbcUrl(), "", ""));
    test.put(feature("old"));
  }

  @AfterEach
  void close() throws IOException {
    test.close();
    proxy.close();
  }

  @Test
  void apply_answerLost_isMadeAndSaysSo() {
    proxy.loseAnswer("UPDATE namespace");

    assertThat(test.put(feature("new")).revision()).isEqualTo(3);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(stored()).containsExactly("feature/new", "feature/old");
  }

  @Test
  void apply_largeAndAnswerLost_keepsItsDocuments() {
    proxy.loseAnswer("UPDATE change_set SET revision");

    assertThat(test.put(HalfApply.documents()).revision()).isEqualTo(3);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(stored()).hasSize(1 + 10 * Slices.MAX_ROWS);
  }

  @Test
  void apply_largeAndSliceLost_isRefusedAndLeavesTheOldState() {
    proxy.loseAnswer("INSERT INTO document_version");

    assertThat(CatalogApplyTest.refused(() -> test.put(HalfApply.documents())).reason())
        .isEqualTo(ErrorReason.STORE_UNAVAILABLE);

    assertThat(proxy.hasLost()).isTrue();
    assertThat(stored()).containsExactly("feature/old");
    assertThat(test.revision()).isEqualTo(2);
  }

  @Test
  void kill_answerLost_isMadeAndSaysSo() {
    proxy.loseAnswer("UPDATE namespace");

    assertThat(test.catalog.kill("default", "old", TestCatalog.NOTE))
        .isEqualTo(new KillResult(3, true));

    assertThat(proxy.hasLost()).isTrue();
  }

  @Test
  void namespace_answerLost_isCreatedAndDeleted() {
    proxy.loseAnswer("INSERT INTO namespace");
    assertThat(test.catalog.createNamespace("shop", TestCatalog.NOTE).getRevision()).isEqualTo(1);
    assertThat(proxy.hasLost()).isTrue();

    proxy.loseAnswer("UPDATE namespace");
    test.catalog.deleteNamespace("shop", TestCatalog.NOTE);
    assertThat(proxy.hasLost()).isTrue();
    assertThat(test.catalog.listNamespaces()).hasSize(1);
  }

  @Test
  void apply_answerLostAndStoreAway_isUncertain() {
    proxy.loseAnswerForGood("UPDATE namespace");

    assertThat(CatalogApplyTest.refused(() -> test.put(feature("new"))).reason())
        .isEqualTo(ErrorReason.CHANGE_UNCERTAIN);

    assertThat(stored()).containsExactly("feature/new", "feature/old");
  }

  /** What another replica, or this one after a restart, finds. */
  private List<String> stored() {
    try (TestCatalog other = new TestCatalog(new StoreConfig.Postgres(url, "", ""))) {
      return other.keys();
    }
  }
}
