package dev.serin.server.catalog;

import static dev.serin.server.catalog.Samples.feature;
import static dev.serin.server.catalog.Samples.featureId;
import static dev.serin.server.catalog.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.TestStore;
import dev.serin.v1.Namespace;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestStore.class)
class NamespaceCommandsTest {
  private final TestStore store;
  @TempDir Path directory;
  private TestCatalog test;

  NamespaceCommandsTest(TestStore store) {
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
  void namespaces_created_areListedByName() {
    Namespace shop = test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.catalog.createNamespace("blog", TestCatalog.NOTE);
    test.catalog.createNamespace("a-1", TestCatalog.NOTE);

    assertThat(shop.getRevision()).isEqualTo(1);
    assertThat(test.catalog.listNamespaces())
        .extracting(Namespace::getName)
        .containsExactly("a-1", "blog", "default", "shop");
    assertThat(refusedCreation("shop")).isEqualTo(ErrorReason.NAMESPACE_EXISTS);
  }

  @Test
  void namespaces_withEqualDocuments_areApart() {
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", feature("checkout", 50));
    test.put(feature("checkout", 25));
    test.put(segment("beta"));

    assertThat(test.revision("shop")).isEqualTo(2);
    assertThat(test.revision()).isEqualTo(3);
    assertThat(
            test.catalog
                .get("shop", featureId("checkout"), OptionalLong.empty())
                .getDocument()
                .getFeature()
                .getSplits(0)
                .getWeights(0)
                .getWeight())
        .isEqualTo(50);
  }

  @Test
  void delete_namespaceWithDocuments_isRefused() {
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", feature("checkout"), segment("beta"));

    ApiException refused =
        CatalogApplyTest.refused(() -> test.catalog.deleteNamespace("shop", TestCatalog.NOTE));

    assertThat(refused.reason()).isEqualTo(ErrorReason.NAMESPACE_NOT_EMPTY);
    assertThat(refused).hasMessageContaining("holds 2 documents");
  }

  @Test
  void delete_defaultOrUnknown_isRefused() {
    assertThat(refusedDeletion("default")).isEqualTo(ErrorReason.INVALID_REQUEST);
    assertThat(refusedDeletion("gone")).isEqualTo(ErrorReason.NAMESPACE_NOT_FOUND);
  }

  @Test
  void create_deletedName_goesOnCountingRevisions() {
    test.catalog.createNamespace("shop", TestCatalog.NOTE);
    test.put("shop", feature("checkout"));
    test.catalog.apply(
        TestCatalog.command(
            "shop",
            List.of(new DocumentWrite.Delete(featureId("checkout"), OptionalLong.empty()))));
    test.catalog.deleteNamespace("shop", TestCatalog.NOTE);
    assertThat(test.catalog.listNamespaces()).hasSize(1);
    assertThat(CatalogApplyTest.refused(() -> test.put("shop", feature("checkout"))).reason())
        .isEqualTo(ErrorReason.NAMESPACE_NOT_FOUND);

    Namespace again = test.catalog.createNamespace("shop", TestCatalog.NOTE);

    assertThat(again.getRevision()).isEqualTo(5);
    assertThat(test.put("shop", feature("search")).revision()).isEqualTo(6);
  }

  private ErrorReason refusedCreation(String name) {
    return CatalogApplyTest.refused(() -> test.catalog.createNamespace(name, TestCatalog.NOTE))
        .reason();
  }

  private ErrorReason refusedDeletion(String name) {
    return CatalogApplyTest.refused(() -> test.catalog.deleteNamespace(name, TestCatalog.NOTE))
        .reason();
  }
}
