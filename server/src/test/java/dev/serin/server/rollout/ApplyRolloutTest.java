package dev.serin.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.GrpcError;
import dev.serin.server.store.StoreConfig;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ApplyRolloutResponse;
import dev.serin.v1.ChangeKind;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.DocumentRef;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.GetRolloutResponse;
import dev.serin.v1.Rollout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ApplyRollout: what it checks, and what it changes. */
class ApplyRolloutTest {
  private static final Rollout BUY = RolloutDocuments.parsed("buy", "checkout");

  @TempDir Path directory;
  private RolloutApi api;
  private long revision;

  @BeforeEach
  void open() {
    api = new RolloutApi(new StoreConfig.Sqlite(directory.resolve("serin.db")));
    revision = api.apply(RolloutDocuments.feature("checkout")).revision();
  }

  @AfterEach
  void close() {
    assertThat(api.unlistedErrors()).isEmpty();
    api.close();
  }

  private static ApplyRolloutRequest.Builder of(Rollout rollout) {
    return ApplyRolloutRequest.newBuilder().setRollout(rollout).setNote(RolloutApi.ADA);
  }

  private ApplyRolloutResponse apply(ApplyRolloutRequest.Builder request) {
    return api.stub().applyRollout(request.build());
  }

  private GetRolloutResponse stored() {
    return api.stub().getRollout(GetRolloutRequest.newBuilder().setRollout("buy").build());
  }

  private static Rollout ownedBy(String owner) {
    return BUY.toBuilder().setOwner(owner).build();
  }

  @Test
  void rollout_new_isCreatedAndTheSameAgainChangesNothing() {
    ApplyRolloutResponse created = apply(of(BUY));
    ApplyRolloutResponse again = apply(of(BUY));

    assertThat(created.getRevision()).isEqualTo(revision + 1);
    assertThat(created.getChange().getKind()).isEqualTo(ChangeKind.CHANGE_KIND_CREATED);
    assertThat(created.getChange().getRef())
        .isEqualTo(
            DocumentRef.newBuilder()
                .setKind(DocumentKind.DOCUMENT_KIND_ROLLOUT)
                .setKey("buy")
                .build());
    assertThat(again.getRevision()).isEqualTo(created.getRevision());
    assertThat(again.hasChange()).isFalse();
    assertThat(stored().getRevision()).isEqualTo(created.getRevision());
  }

  @Test
  void dryRun_tellsWhatWouldChangeAndChangesNothing() {
    ApplyRolloutResponse ofANewOne = apply(of(BUY).setDryRun(true));
    assertThat(ofANewOne.getRevision()).isEqualTo(revision);
    assertThat(ofANewOne.getChange().getKind()).isEqualTo(ChangeKind.CHANGE_KIND_CREATED);
    assertThat(GrpcError.of(this::stored).reason()).isEqualTo("DOCUMENT_NOT_FOUND");

    long created = apply(of(BUY)).getRevision();
    ApplyRolloutResponse ofAChange = apply(of(ownedBy("shop")).setDryRun(true));

    assertThat(ofAChange.getRevision()).isEqualTo(created);
    assertThat(ofAChange.getChange().getKind()).isEqualTo(ChangeKind.CHANGE_KIND_UPDATED);
    assertThat(ofAChange.getChange().getFieldsList()).isNotEmpty();
    assertThat(stored().getRollout().getOwner()).isEmpty();
    assertThat(stored().getRevision()).isEqualTo(created);
  }

  @Test
  void dryRun_ofWhatIsRefused_isRefused() {
    Rollout bad = BUY.toBuilder().clearStages().build();

    assertThat(GrpcError.of(() -> apply(of(bad).setDryRun(true))).reason())
        .isEqualTo(GrpcError.of(() -> apply(of(bad))).reason())
        .isEqualTo("INVALID_DOCUMENT");
    assertThat(GrpcError.of(() -> apply(of(BUY).setDryRun(true).setExpectedRevision(7))).reason())
        .isEqualTo("REVISION_CONFLICT");
  }

  @Test
  void expectedRevision_thatIsNotTheDocuments_isAConflict() {
    assertThat(GrpcError.of(() -> apply(of(BUY).setExpectedRevision(revision))).reason())
        .as("it is not there yet")
        .isEqualTo("REVISION_CONFLICT");
    long created = apply(of(BUY).setExpectedRevision(0)).getRevision();

    assertThat(GrpcError.of(() -> apply(of(ownedBy("a")).setExpectedRevision(0))).reason())
        .as("it is there already")
        .isEqualTo("REVISION_CONFLICT");
    long changed = apply(of(ownedBy("a")).setExpectedRevision(created)).getRevision();
    assertThat(changed).isEqualTo(created + 1);
    assertThat(GrpcError.of(() -> apply(of(ownedBy("b")).setExpectedRevision(created))).reason())
        .as("somebody was faster")
        .isEqualTo("REVISION_CONFLICT");
    assertThat(stored().getRollout().getOwner()).isEqualTo("a");
    assertThat(apply(of(ownedBy("b"))).getRevision())
        .as("whoever expects nothing replaces what is there")
        .isEqualTo(changed + 1);
  }

  @Test
  void expectedRevision_beyondAllRevisions_isRefused() {
    GrpcError refused = GrpcError.of(() -> apply(of(BUY).setExpectedRevision(-1)));

    assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(refused.text())
        .contains("expected_revision: 18446744073709551615 (expected: at most " + Long.MAX_VALUE);
  }

  @Test
  void rollout_absent_isRefused() {
    GrpcError refused =
        GrpcError.of(() -> apply(ApplyRolloutRequest.newBuilder().setNote(RolloutApi.ADA)));

    assertThat(refused.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(refused.text()).contains("rollout: absent (expected: a rollout)");
  }
}
