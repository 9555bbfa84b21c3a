package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import io.grpc.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** protocols.md 1: the pages of EvaluateAll belong to one snapshot, for as long as it is held. */
class PagesTest {
  @TempDir Path directory;

  @Test
  void page_ofASnapshotThatIsGone_isAborted() throws Exception {
    String token;
    try (RunningServer server = RunningServer.start(directory)) {
      server.apply(feature("a", "off"), feature("b", "off"));
      token = page(server, "").getNextPageToken();
      assertThat(token).isNotEmpty();
    }

    // A server that never served the first page knows the snapshot while it is the newest.
    try (RunningServer server = RunningServer.start(directory)) {
      assertThat(page(server, token).getDecisions(0).getFeature()).isEqualTo("b");
      server.apply(feature("b", "on"));

      GrpcError gone = GrpcError.of(() -> page(server, token));

      assertThat(gone.code()).isEqualTo(Status.Code.ABORTED);
      assertThat(gone.reason()).isEqualTo("REVISION_GONE");
      assertThat(gone.metadata()).containsEntry("revision", "2");
      EvaluateAllResponse first = page(server, "");
      assertThat(first.getRevision()).isEqualTo(3);
      EvaluateAllResponse second = page(server, first.getNextPageToken());
      assertThat(second.getDecisions(0).getDecision().getVariant()).isEqualTo("on");
      assertThat(server.unlistedErrors()).isEmpty();
    }
  }

  @Test
  void page_tokenOfAnotherRequestOrOfNobody_isRefused() throws Exception {
    try (RunningServer server = RunningServer.start(directory)) {
      server.apply(feature("a", "off"), feature("b", "off"));
      String token = page(server, "").getNextPageToken();

      for (EvaluateAllRequest wrong :
          new EvaluateAllRequest[] {
            request(token).setUserKey("somebody else").build(),
            request(token.substring(1)).build(),
            request("no token").build()
          }) {
        GrpcError refused = GrpcError.of(() -> server.decisions().evaluateAll(wrong));
        assertThat(refused.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.reason()).isEqualTo("PAGE_TOKEN_INVALID");
      }
    }
  }

  private static EvaluateAllResponse page(RunningServer server, String token) {
    return server.decisions().evaluateAll(request(token).build());
  }

  private static EvaluateAllRequest.Builder request(String token) {
    return EvaluateAllRequest.newBuilder().setUserKey("u").setPageSize(1).setPageToken(token);
  }

  private static String feature(String key, String variant) {
    return """
    { "feature": { "key": "%s", "defaultVariant": "%s",
        "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ] } }
    """
        .formatted(key, variant);
  }
}
