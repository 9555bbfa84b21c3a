package dev.serin.server.catalog;

import static dev.serin.server.catalog.FeatureServer.shown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.ApplyDocumentsResponse;
import dev.serin.v1.ArchiveFeatureRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.CopyDocumentsRequest;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DeleteDocumentRequest;
import dev.serin.v1.DeleteNamespaceRequest;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import dev.serin.v1.GetDocumentRequest;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.KillFeatureRequest;
import dev.serin.v1.KillFeatureResponse;
import dev.serin.v1.ListDocumentsRequest;
import dev.serin.v1.ListDocumentsResponse;
import dev.serin.v1.ListHistoryRequest;
import dev.serin.v1.ListHistoryResponse;
import dev.serin.v1.ListNamespacesRequest;
import dev.serin.v1.Namespace;
import dev.serin.v1.RestoreDocumentsRequest;
import dev.serin.v1.ReviveFeatureRequest;
import dev.serin.v1.StoredDocument;
import dev.serin.v1.ValidateDocumentsRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call of FeatureService over a real port and a real store: what it does when all is well.
 */
class FeatureServiceTest {
  static final String CHECKOUT =
      """
      feature:
        key: checkout
        variants:
          - {key: "on", value: true}
          - {key: "off", value: false}
        default_variant: "off"
        splits:
          - id: main
            weights: [{variant: "on", weight: 25}, {variant: "off", weight: 75}]
        rules:
          - when: [{segment: beta}]
            serve: {variant: "on"}
        default_rule: {split: main}
      """;

  static final String BETA =
      """
      segment:
        key: beta
        included: [ann, bob]
      """;

  private static final String BOTH = CHECKOUT + "---\n" + BETA;

  @TempDir Path directory;
  private FeatureServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FeatureServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void applyDocuments_ofNewDocuments_createsThemInOneRevision() {
    ApplyDocumentsResponse response =
        server.stub.applyDocuments(
            FeatureServer.request(BOTH)
                .setNote(ChangeNote.newBuilder().setActor("ann").setReason("launch"))
                .build());

    assertThat(shown(response.getChangesList()))
        .containsExactly("CREATED feature/checkout", "CREATED segment/beta");
    StoredDocument stored = server.feature("checkout");
    assertThat(stored.getRevision()).isEqualTo(response.getRevision());
    assertThat(stored.getDocument().getFeature().getSplits(0).getSalt())
        .isEqualTo("default/checkout/main");
    assertThat(stored.getDocument().getFeature().getRules(0).getId()).isEqualTo("rule-1");
    assertThat(stored.getNote().getActor()).isEqualTo("ann");
    assertThat(stored.getNote().getReason()).isEqualTo("launch");
    assertThat(stored.getSource()).isEqualTo(ChangeSource.CHANGE_SOURCE_API);
    assertThat(stored.getChangeTime().getSeconds()).isEqualTo(1_769_860_800);
  }

  @Test
  void applyDocuments_ofEqualDocuments_changesNothing() {
    long revision = server.apply(BOTH).getRevision();

    ApplyDocumentsResponse again = server.apply(BOTH);

    assertThat(again.getRevision()).isEqualTo(revision);
    assertThat(again.getUnchanged()).isEqualTo(2);
    assertThat(again.getChangesList()).isEmpty();
  }

  @Test
  void applyDocuments_dryRun_tellsEachFieldAndChangesNothing() {
    long revision = server.apply(BOTH).getRevision();

    ApplyDocumentsResponse dry =
        server.stub.applyDocuments(
            FeatureServer.request(BOTH.replace("25", "30").replace("75", "70"))
                .setDryRun(true)
                .build());

    assertThat(shown(dry.getChangesList()))
        .containsExactly(
            "UPDATED feature/checkout splits[0].weights[0].weight,splits[0].weights[1].weight");
    assertThat(dry.getChanges(0).getFields(0).getBefore()).isEqualTo("25");
    assertThat(dry.getChanges(0).getFields(0).getAfter()).isEqualTo("30");
    assertThat(dry.getUnchanged()).isEqualTo(1);
    assertThat(dry.getRevision()).isEqualTo(revision);
    assertThat(server.feature("checkout").getRevision()).isEqualTo(revision);
  }

  @Test
  void applyDocuments_ofActorNobodyNamed_isByUnknown() {
    server.apply(BETA);

    assertThat(history(ListHistoryRequest.getDefaultInstance()))
        .first()
        .asString()
        .endsWith("unknown CREATED segment/beta");
  }

  @Test
  void listDocuments_inPages_givesEachOnceByKindAndKey() {
    server.apply(BOTH + "---\n" + BETA.replace("beta", "alpha") + "---\n{layer: {key: ui}}");
    ListDocumentsRequest.Builder request = ListDocumentsRequest.newBuilder().setPageSize(1);
    List<String> all = new ArrayList<>();
    ListDocumentsResponse page;
    do {
      page = server.stub.listDocuments(request.build());
      page.getDocumentsList().forEach(stored -> all.add(DocumentNames.of(stored.getDocument())));
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());

    assertThat(all)
        .containsExactly("feature/checkout", "segment/alpha", "segment/beta", "layer/ui");
  }

  @Test
  void listDocuments_byKindAndPartOfKey_givesThose() {
    server.apply(BOTH + "---\n" + BETA.replace("beta", "Checkers"));

    assertThat(
            server
                .stub
                .listDocuments(ListDocumentsRequest.newBuilder().setKeyContains("CHECK").build())
                .getDocumentsCount())
        .isEqualTo(2);
    assertThat(
            server
                .stub
                .listDocuments(
                    ListDocumentsRequest.newBuilder()
                        .setKeyContains("check")
                        .setKind(DocumentKind.DOCUMENT_KIND_SEGMENT)
                        .build())
                .getDocumentsList())
        .singleElement()
        .matches(stored -> stored.getDocument().getSegment().getKey().equals("Checkers"));
  }

  @Test
  void getDocument_atEarlierRevision_isWhatItWas() {
    long first = server.apply(BETA).getRevision();
    server.apply(BETA.replace("bob", "cat"));

    StoredDocument then =
        server
            .stub
            .getDocument(
                GetDocumentRequest.newBuilder()
                    .setKind(DocumentKind.DOCUMENT_KIND_SEGMENT)
                    .setKey("beta")
                    .setAtRevision(first)
                    .build())
            .getDocument();

    assertThat(then.getRevision()).isEqualTo(first);
    assertThat(then.getDocument().getSegment().getIncludedList()).containsExactly("ann", "bob");
  }

  @Test
  void kill_askedAgain_tellsWhoServesIt() {
    server.apply(BOTH);
    Replicas.add(server.database, 1);
    KillFeatureRequest kill = KillFeatureRequest.newBuilder().setKey("checkout").build();

    KillFeatureResponse first = server.stub.killFeature(kill);
    server.revisions.serves(server.catalog.states().current("default"));
    server.revisions.say();
    KillFeatureResponse second = server.stub.killFeature(kill);

    assertThat(first.getServedEverywhere()).isFalse();
    assertThat(first.getAwaitedList())
        .singleElement()
        .satisfies(replica -> assertThat(replica.getName()).isEqualTo("test"));
    assertThat(second.getChanged()).isFalse();
    assertThat(second.getServedEverywhere()).isTrue();
    assertThat(second.getAwaitedList()).isEmpty();
  }

  @Test
  void killAndRevive_ofFeature_setAndLiftItsSwitchOnce() {
    server.apply(BOTH);
    KillFeatureRequest kill = KillFeatureRequest.newBuilder().setKey("checkout").build();

    KillFeatureResponse first = server.stub.killFeature(kill);
    KillFeatureResponse second = server.stub.killFeature(kill);

    assertThat(first.getChanged()).isTrue();
    assertThat(second.getChanged()).isFalse();
    assertThat(second.getRevision()).isEqualTo(first.getRevision());
    assertThat(server.feature("checkout").getKilled()).isTrue();
    assertThat(
            server
                .stub
                .reviveFeature(ReviveFeatureRequest.newBuilder().setKey("checkout").build())
                .getChanged())
        .isTrue();
    assertThat(server.feature("checkout").getKilled()).isFalse();
    assertThat(history(ListHistoryRequest.getDefaultInstance()).subList(0, 2))
        .containsExactly("4 unknown REVIVED feature/checkout", "3 unknown KILLED feature/checkout");
  }

  @Test
  void archiveAndDelete_ofFeature_takeItOutOfTheList() {
    server.apply(BOTH);

    server.stub.archiveFeature(ArchiveFeatureRequest.newBuilder().setKey("checkout").build());
    assertThat(server.list("default")).containsExactly("segment/beta");
    assertThat(server.feature("checkout").getArchived()).isTrue();

    server.stub.deleteDocument(
        DeleteDocumentRequest.newBuilder()
            .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
            .setKey("checkout")
            .setExpectedRevision(server.feature("checkout").getRevision())
            .build());
    assertThat(
            history(
                ListHistoryRequest.newBuilder()
                    .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                    .setKey("checkout")
                    .build()))
        .containsExactly(
            "4 unknown DELETED feature/checkout",
            "3 unknown ARCHIVED feature/checkout",
            "2 unknown CREATED feature/checkout");
  }

  @Test
  void listHistory_inPages_givesEachChangeOnceNewestFirst() {
    for (int i = 0; i < 5; i++) {
      server.apply(BETA.replace("bob", "bob" + i));
    }
    ListHistoryRequest.Builder request = ListHistoryRequest.newBuilder().setPageSize(2);
    List<Long> revisions = new ArrayList<>();
    ListHistoryResponse page;
    do {
      page = server.stub.listHistory(request.build());
      page.getEntriesList().forEach(entry -> revisions.add(entry.getRevision()));
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());

    assertThat(revisions).containsExactly(6L, 5L, 4L, 3L, 2L);
  }

  @Test
  void restoreDocuments_ofNamespace_makesItWhatItWas() {
    long first = server.apply(BETA).getRevision();
    server.apply(BOTH.replace("bob", "cat"));

    RestoreDocumentsRequest.Builder request =
        RestoreDocumentsRequest.newBuilder().setRevision(first);
    assertThat(
            shown(server.stub.restoreDocuments(request.setDryRun(true).build()).getChangesList()))
        .containsExactlyInAnyOrder("UPDATED segment/beta included[1]", "DELETED feature/checkout");
    assertThat(server.list("default")).hasSize(2);

    server.stub.restoreDocuments(request.setDryRun(false).build());
    assertThat(server.list("default")).containsExactly("segment/beta");
  }

  @Test
  void copyDocuments_toOtherNamespace_keepsSalts() {
    server.apply(BOTH);
    create("staging");

    server.stub.copyDocuments(
        CopyDocumentsRequest.newBuilder()
            .setToNamespace("staging")
            .addDocuments(ref(DocumentKind.DOCUMENT_KIND_FEATURE, "checkout"))
            .addDocuments(ref(DocumentKind.DOCUMENT_KIND_SEGMENT, "beta"))
            .build());

    assertThat(
            server
                .stub
                .getDocument(
                    GetDocumentRequest.newBuilder()
                        .setNamespace("staging")
                        .setKind(DocumentKind.DOCUMENT_KIND_FEATURE)
                        .setKey("checkout")
                        .build())
                .getDocument()
                .getDocument()
                .getFeature()
                .getSplits(0)
                .getSalt())
        .isEqualTo("default/checkout/main");
  }

  @Test
  void namespaces_createdAndDeleted_areListedByName() {
    create("staging");
    create("eu");
    assertThat(namespaces()).containsExactly("default", "eu", "staging");

    server.stub.deleteNamespace(DeleteNamespaceRequest.newBuilder().setName("eu").build());
    assertThat(namespaces()).containsExactly("default", "staging");
  }

  @Test
  void validateDocuments_thatCouldBeApplied_hasNoViolations() {
    assertThat(
            server
                .stub
                .validateDocuments(
                    ValidateDocumentsRequest.newBuilder()
                        .addAllDocuments(FeatureServer.documents(BOTH))
                        .build())
                .getViolationsList())
        .isEmpty();
    assertThat(server.list("default")).isEmpty();
  }

  private void create(String namespace) {
    server.stub.createNamespace(CreateNamespaceRequest.newBuilder().setName(namespace).build());
  }

  private List<String> namespaces() {
    return server
        .stub
        .listNamespaces(ListNamespacesRequest.getDefaultInstance())
        .getNamespacesList()
        .stream()
        .map(Namespace::getName)
        .toList();
  }

  private List<String> history(ListHistoryRequest request) {
    return server.stub.listHistory(request).getEntriesList().stream()
        .map(FeatureServiceTest::line)
        .toList();
  }

  private static String line(HistoryEntry entry) {
    return entry.getRevision() + " " + entry.getNote().getActor() + " " + shown(entry.getChange());
  }

  private static DocumentRef ref(DocumentKind kind, String key) {
    return DocumentRef.newBuilder().setKind(kind).setKey(key).build();
  }
}
