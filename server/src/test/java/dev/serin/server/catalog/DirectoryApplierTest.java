package dev.serin.server.catalog;

import static dev.serin.server.catalog.DocumentDirectory.errors;
import static dev.serin.server.catalog.DocumentDirectory.segment;
import static dev.serin.server.catalog.FeatureServiceTest.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.DocumentId;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.store.Priority;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.StoredDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryApplierTest {
  private static final DocumentId CHECKOUT_ID =
      new DocumentId(DocumentKind.DOCUMENT_KIND_FEATURE, "checkout");

  @TempDir Path parent;
  private DocumentDirectory directory;
  private DirectoryApplier applier;

  @BeforeEach
  void open() throws IOException {
    directory = new DocumentDirectory(parent);
    applier = directory.applier();
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  void files_ofAllFolders_areAppliedToTheirNamespaces() throws IOException {
    directory.write("beta.yaml", segment("beta", "ann"));
    directory.write("default/more.yml", segment("more", "bob"));
    directory.write("shop/eu/vip.json", "{\"segment\": {\"key\": \"vip\"}}");
    directory.write("shop/README.md", "Not a document.");
    directory.write("shop/.vip.yaml.swp", "binary");

    DirectoryStatus status = applier.scan();

    assertThat(errors(status)).isEmpty();
    assertThat(status.namespaces())
        .extracting(namespace -> namespace.name() + " " + namespace.changes())
        .containsExactly("default 2", "shop 1");
    assertThat(directory.segments("default"))
        .containsExactly("beta=ann by directory", "more=bob by directory");
    assertThat(directory.segments("shop")).containsExactly("vip= by directory");
    assertThat(stored("default", "beta").getSource())
        .isEqualTo(ChangeSource.CHANGE_SOURCE_DIRECTORY);
  }

  @Test
  void files_thatDidNotChange_changeNothing() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    applier.scan();
    long revision = directory.revision("shop");

    assertThat(applier.scan().namespaces().get(0).changes()).isZero();
    assertThat(directory.applier().scan().namespaces().get(0).changes()).isZero();
    assertThat(directory.revision("shop")).isEqualTo(revision);
  }

  @Test
  void files_changedAddedAndRemoved_areOneRevision() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    directory.write("shop/b.yaml", segment("b", "bob"));
    applier.scan();
    long revision = directory.revision("shop");
    directory.write("shop/a.yaml", segment("a", "cat"));
    directory.delete("shop/b.yaml");
    directory.write("shop/c.yaml", segment("c", "dan"));

    DirectoryStatus status = applier.scan();

    assertThat(status.namespaces().get(0).changes()).isEqualTo(3);
    assertThat(directory.revision("shop")).isEqualTo(revision + 1);
    assertThat(directory.segments("shop"))
        .containsExactly("a=cat by directory", "c=dan by directory");
  }

  @Test
  void files_ofMetrics_areAppliedAndStayWhileTheyAreNamed() throws IOException {
    String ratio =
        """
        metric:
          key: rate
          kind: ratio
          better: lower
          numerator: errors
          denominator: requests
        """;
    directory.write("shop/errors.yaml", "metric: {key: errors, kind: event, better: lower}\n");
    directory.write("shop/requests.yaml", "metric: {key: requests, kind: event, better: higher}\n");
    directory.write("shop/rate.yaml", ratio);
    assertThat(errors(applier.scan())).isEmpty();
    long revision = directory.revision("shop");
    directory.delete("shop/requests.yaml");

    assertThat(errors(applier.scan()))
        .containsExactly(
            "shop/: metric/requests: 1 document refers to it: metric/rate (expected: none)");
    assertThat(directory.revision("shop")).isEqualTo(revision);
  }

  @Test
  void file_withError_keepsItsNamespaceAsItWasAndNoOther() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    directory.write("eu/a.yaml", segment("a", "ann"));
    applier.scan();
    directory.write("shop/a.yaml", segment("a", "changed"));
    directory.write("shop/b.yaml", "segment:\n  key: b\n  include: [bob]\n");
    directory.write("shop/c.json", "{\"segment\": {");
    directory.write("eu/a.yaml", segment("a", "changed"));

    DirectoryStatus status = applier.scan();

    assertThat(errors(status))
        .containsExactly(
            "shop/b.yaml:3:3: include: unknown field (expected: included)",
            "shop/c.json:1:14: not YAML or JSON: expected the node content, but found the end of"
                + " the file, while parsing a flow node that begins in line 1");
    assertThat(status.isHealthy()).isFalse();
    assertThat(directory.segments("shop")).containsExactly("a=ann by directory");
    assertThat(directory.segments("eu")).containsExactly("a=changed by directory");

    directory.delete("shop/c.json");
    directory.write("shop/b.yaml", segment("b", "bob"));

    assertThat(applier.scan().isHealthy()).isTrue();
    assertThat(directory.segments("shop"))
        .containsExactly("a=changed by directory", "b=bob by directory");
  }

  @Test
  void files_hugeBinaryOrHalfWritten_keepTheOldState() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    applier.scan();
    directory.write("a.yaml", segment("a", "bob"));
    directory.write("b-huge.yaml", "#".repeat(10_000_000));
    Files.write(directory.root.resolve("c-binary.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    directory.write("d-half.json", "{\"segment\": {\"key\": \"d\", \"incl");
    directory.write("e-empty.yaml", "");

    assertThat(errors(applier.scan()))
        .containsExactly(
            "b-huge.yaml: 10000000 bytes (expected: at most 8388608)",
            "c-binary.yaml: byte 0x89 at offset 0 (expected: YAML or JSON as UTF-8 text)",
            "d-half.json:1:31: not YAML or JSON: found the end of the file, while scanning a"
                + " quoted scalar that begins in line 1",
            "e-empty.yaml: empty (expected: at least one document)");
    assertThat(directory.segments("default")).containsExactly("a=ann by directory");
  }

  @Test
  void documents_thatBreakARule_areToldAtTheirLines() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    applier.scan();
    directory.write("shop/a.yaml", segment("a", "bob"));
    directory.write("shop/checkout.yaml", "# ours\n" + CHECKOUT.replace("75", "70"));

    DirectoryStatus status = applier.scan();

    assertThat(errors(status))
        .containsExactly(
            "shop/checkout.yaml:10:7: splits[0].weights: sum 95 (expected: a sum of 100, the"
                + " total)",
            "shop/checkout.yaml:12:15: rules[0].when[0].segment: 'beta' (expected: the key of a"
                + " segment)");
    assertThat(directory.segments("shop")).containsExactly("a=ann by directory");
    // As long as nothing changes the errors stay.
    assertThat(errors(applier.scan())).isEqualTo(errors(status));
  }

  @Test
  void documents_whoseReferentComesOverTheApi_areAppliedThen() throws IOException {
    directory.write("checkout.yaml", CHECKOUT);
    assertThat(applier.scan().isHealthy()).isFalse();

    directory.put("default", segment("beta", "ann"));

    assertThat(applier.scan().isHealthy()).isTrue();
    assertThat(directory.catalog.get("default", CHECKOUT_ID, OptionalLong.empty()).getKilled())
        .isFalse();
  }

  @Test
  void segment_removedWhileAFeatureOfTheApiNamesIt_isRefused() throws IOException {
    directory.write("beta.yaml", segment("beta", "ann"));
    directory.write("other.yaml", segment("other", "ann"));
    applier.scan();
    directory.put("default", CHECKOUT);
    directory.delete("beta.yaml");

    DirectoryStatus status = applier.scan();

    assertThat(errors(status))
        .containsExactly(
            "default/: segment/beta: 1 document refers to it: feature/checkout (expected: none)");
    assertThat(directory.segments("default")).hasSize(2);
  }

  @Test
  void documents_ofTheApi_areLeftAlone() throws IOException {
    directory.put("default", segment("by-hand", "ann"));
    directory.write("a.yaml", segment("a", "ann"));
    applier.scan();
    directory.write("a.yaml", segment("a", "bob"));
    applier.scan();

    assertThat(directory.segments("default"))
        .containsExactly("a=bob by directory", "by-hand=ann by ann");
  }

  @Test
  void document_changedOverTheApi_staysUntilItsFileChanges() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    directory.write("b.yaml", segment("b", "bob"));
    applier.scan();
    directory.put("default", segment("a", "emergency"));

    applier.scan();
    directory.applier().scan();
    directory.write("b.yaml", segment("b", "changed"));
    applier.scan();
    assertThat(directory.segments("default"))
        .containsExactly("a=emergency by ann", "b=changed by directory");

    directory.write("a.yaml", segment("a", "mended"));
    applier.scan();
    assertThat(directory.segments("default"))
        .containsExactly("a=mended by directory", "b=changed by directory");
  }

  @Test
  void document_changedOverTheApi_whoseFileGoes_staysOfTheApi() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    directory.write("b.yaml", segment("b", "bob"));
    applier.scan();
    directory.put("default", segment("a", "emergency"));
    directory.delete("a.yaml");
    applier.scan();

    assertThat(directory.segments("default"))
        .containsExactly("a=emergency by ann", "b=bob by directory");
  }

  @Test
  void document_deletedOverTheApi_comesBackAsItsFileSays() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    applier.scan();
    directory.deleteOverApi("default", "a");

    assertThat(applier.scan().namespaces().get(0).changes()).isEqualTo(1);
    assertThat(directory.segments("default")).containsExactly("a=ann by directory");
  }

  @Test
  void feature_archivedOrKilledOverTheApi_staysSoThroughRescansAndRestarts() throws IOException {
    directory.write("checkout.yaml", CHECKOUT + "---\n" + segment("beta", "ann"));
    applier.scan();
    directory.catalog.kill("default", "checkout", new Note("ann", ""));
    directory.apply(
        "default", List.of(new DocumentWrite.Archive("checkout", OptionalLong.empty())));

    applier.scan();
    directory.applier().scan();
    StoredDocument archived = directory.catalog.get("default", CHECKOUT_ID, OptionalLong.empty());
    assertThat(archived.getArchived()).isTrue();

    directory.write(
        "checkout.yaml",
        CHECKOUT.replace("25", "20").replace("75", "80") + "---\n" + segment("beta", "ann"));
    applier.scan();
    StoredDocument changed = directory.catalog.get("default", CHECKOUT_ID, OptionalLong.empty());
    assertThat(changed.getArchived()).isFalse();
    assertThat(changed.getKilled()).as("the kill switch is no business of files").isTrue();
  }

  @Test
  void document_madeOverTheApiFirst_isTakenOverByAFileThatDiffers() throws IOException {
    directory.put("default", segment("a", "ann"));
    directory.write("a.yaml", segment("a", "bob"));
    applier.scan();

    assertThat(directory.segments("default")).containsExactly("a=bob by directory");
  }

  @Test
  void document_deletedByTheDirectoryAndMadeOverTheApi_isTakenOverByItsOldFile()
      throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    directory.write("b.yaml", segment("b", "bob"));
    applier.scan();
    directory.delete("a.yaml");
    applier.scan();
    directory.put("default", segment("a", "by-hand"));
    directory.write("a.yaml", segment("a", "ann"));
    applier.scan();

    assertThat(directory.segments("default"))
        .containsExactly("a=ann by directory", "b=bob by directory");
  }

  @Test
  void folder_removed_deletesWhatItMade() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    directory.write("eu/a.yaml", segment("a", "ann"));
    applier.scan();
    directory.delete("shop/a.yaml");
    directory.delete("shop");

    // By a server that was down meanwhile, too.
    DirectoryStatus status = directory.applier().scan();

    assertThat(errors(status)).isEmpty();
    assertThat(directory.segments("shop")).isEmpty();
    assertThat(directory.segments("eu")).hasSize(1);
  }

  @Test
  void folderOrDirectory_withoutFiles_deletesNothingAndSaysSo() throws IOException {
    directory.write("shop/a.yaml", segment("a", "ann"));
    directory.write("eu/a.yaml", segment("a", "ann"));
    applier.scan();
    directory.delete("shop/a.yaml");

    assertThat(errors(applier.scan()))
        .containsExactly(
            "shop/: no files, but 1 documents of namespace \"shop\" are of files (expected: at"
                + " least one file, or the folder removed)");

    directory.delete("shop");
    directory.delete("eu/a.yaml");
    directory.delete("eu");

    assertThat(errors(applier.scan())).hasSize(2).allMatch(error -> error.contains("no files"));
    assertThat(directory.segments("shop")).hasSize(1);
    assertThat(directory.segments("eu")).hasSize(1);

    Files.delete(directory.root);
    assertThat(errors(applier.scan()))
        .containsExactly(directory.root + ": not there (expected: a directory)");
  }

  @Test
  void folder_thatIsNoNamespace_isAnErrorOfItsOwn() throws IOException {
    directory.write("Shop_1/a.yaml", segment("a", "ann"));
    directory.write("shop/a.yaml", segment("a", "ann"));

    assertThat(errors(applier.scan()))
        .containsExactly("Shop_1/: no namespace (expected: a folder named [a-z0-9][a-z0-9-]*)");
    assertThat(directory.segments("shop")).hasSize(1);
  }

  @Test
  void sameDocument_inTwoFilesOfANamespace_namesBoth() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    directory.write("default/a.yaml", segment("a", "bob"));

    assertThat(errors(applier.scan()))
        .containsExactly(
            "default/a.yaml:1:11: key: segment/a: stated twice, first in a.yaml:1:1 (expected:"
                + " once)");
  }

  @Test
  void rollouts_withErrors_areToldAtTheirLines() throws IOException {
    directory.write("a.yaml", segment("a", "ann") + "---\nrollout:\n  key: r\n  feature: '!'\n");

    assertThat(errors(applier.scan()))
        .anySatisfy(error -> assertThat(error).startsWith("a.yaml:5:3: feature: "))
        .allSatisfy(error -> assertThat(error).startsWith("a.yaml:"));
  }

  @Test
  void rollout_inAFile_isAppliedAndFollowsIt() throws IOException {
    String rollout =
        """
        rollout:
          key: half
          feature: checkout
          split: main
          treatment: "on"
          control: "off"
          template: %s
          guardrails: [{metric: errors}]
        """;
    directory.write("half.yaml", rollout.formatted("gradual"));
    assertThat(errors(applier.scan())).isEmpty();
    directory.write("half.yaml", rollout.formatted("gate-canary-ab-expand"));

    assertThat(errors(applier.scan())).isEmpty();

    assertThat(storedRollout().getDocument().getRollout().getTemplate())
        .isEqualTo("gate-canary-ab-expand");
    directory.write("other.yaml", segment("a", "ann"));
    directory.delete("half.yaml");
    assertThat(errors(applier.scan())).isEmpty();
    assertThat(CatalogApplyTest.refused(this::storedRollout).reason())
        .isEqualTo(ErrorReason.DOCUMENT_NOT_FOUND);
  }

  private StoredDocument storedRollout() {
    return directory.catalog.get("default", Samples.rolloutId("half"), OptionalLong.empty());
  }

  @Test
  void file_thatAnActiveRunForbids_isAppliedWhenTheRunIsOver() throws IOException {
    String checkout = CHECKOUT + "---\n" + FeatureServiceTest.BETA;
    directory.write("checkout.yaml", checkout);
    directory.write("shop/a.yaml", segment("a", "ann"));
    assertThat(errors(applier.scan())).isEmpty();
    serve(Samples.run("checkout", "run-1"));
    directory.write("checkout.yaml", checkout.replace("key: checkout", "key: checkout-2"));
    directory.write("shop/a.yaml", segment("a", "bob"));

    assertThat(errors(applier.scan()))
        .containsExactly(
            "default/: feature/checkout: run run-1 depends on it (expected: no active run)");
    assertThat(directory.segments("shop")).containsExactly("a=bob by directory");
    assertThat(features()).containsExactly("checkout");

    serve(Samples.run("checkout", "run-1", ServedRun.Serving.ROLLED_BACK, false));

    assertThat(errors(applier.scan())).isEmpty();
    assertThat(features()).containsExactly("checkout-2");
  }

  private List<String> features() {
    return directory.catalog.states().current("default").source().features().keySet().stream()
        .toList();
  }

  private void serve(ServedRun run) {
    RunServing serving = directory.catalog.serving();
    directory.database.execute(
        Priority.ROLLOUT,
        handle -> {
          TakenRevision taken =
              serving.take(handle, "default", OptionalLong.empty(), "rollouts", "");
          serving.serve(handle, taken, run);
        });
  }

  @Test
  void replicas_withFilesOfDifferentAge_doNotUndoEachOtherForEver() throws IOException {
    directory.write("a.yaml", segment("a", "old"));
    directory.write("b.yaml", segment("b", "bob"));
    DirectoryApplier old = applierOfCopy();
    old.scan();
    applier.scan();
    directory.write("a.yaml", segment("a", "new"));
    applier.scan();
    long revision = directory.revision("default");

    for (int i = 0; i < 3; i++) {
      old.scan();
      applier.scan();
    }

    assertThat(directory.revision("default")).isEqualTo(revision);
    assertThat(directory.segments("default")).contains("a=new by directory");
  }

  @Test
  void store_thatIsAway_isAnErrorUntilItIsBack() throws IOException {
    directory.write("a.yaml", segment("a", "ann"));
    directory.closeStore();

    assertThat(errors(applier.scan())).hasSize(1);
  }

  /** Another replica over the same store, whose files stay what they are now. */
  private DirectoryApplier applierOfCopy() throws IOException {
    Path root = Files.createDirectory(parent.resolve("copy"));
    for (Path file : DocumentFiles.list(directory.root, new ArrayList<>())) {
      Files.copy(file, root.resolve(file.getFileName()));
    }
    return new DirectoryApplier(directory.catalog, root, () -> DocumentDirectory.NOW);
  }

  private StoredDocument stored(String namespace, String segment) {
    return directory.catalog.get(
        namespace,
        new DocumentId(DocumentKind.DOCUMENT_KIND_SEGMENT, segment),
        OptionalLong.empty());
  }
}
