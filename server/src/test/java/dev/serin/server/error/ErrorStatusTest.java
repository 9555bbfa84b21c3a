package dev.serin.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ErrorStatusTest {
  /** Bytes of trailers a Java client takes unless told otherwise. */
  private static final int CLIENT_TRAILERS_BYTES = 8_192;

  @Test
  void status_ofViolations_namesEachFieldAndTheFirstInItsText() throws Exception {
    StatusRuntimeException thrown =
        ErrorStatus.of(
            ApiErrors.invalidDocument(
                List.of(
                    new FieldViolation(
                        "feature/checkout", "splits[0].weights", "sum 90 (expected: 100)"),
                    new FieldViolation("feature/checkout", "", "owner missing"),
                    FieldViolation.ofRequest("namespace", "\"A\" (expected: [a-z0-9]…)"))));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(thrown.getStatus().getDescription())
        .isEqualTo("feature/checkout: splits[0].weights: sum 90 (expected: 100) (and 2 more)");
    ErrorInfo info = detail(thrown, ErrorInfo.class);
    assertThat(info.getDomain()).isEqualTo("serin.dev");
    assertThat(info.getReason()).isEqualTo("INVALID_DOCUMENT");
    assertThat(detail(thrown, BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly("feature/checkout: splits[0].weights", "feature/checkout", "namespace");
  }

  @Test
  void violation_thatRepeatsItsField_saysItOnce() {
    assertThat(new FieldViolation("feature/a", "splits[0].weight", "weight: -3 (expected: …)"))
        .hasToString("feature/a: splits[0].weight: -3 (expected: …)");
    assertThat(new FieldViolation("feature/a", "when[4]", "when[4]: empty"))
        .hasToString("feature/a: when[4]: empty");
    assertThat(new FieldViolation("", "", ": odd")).hasToString(": odd");
  }

  @Test
  void status_ofOutage_saysWhenToRetryAndKeepsItsCause() throws Exception {
    IllegalStateException cause = new IllegalStateException("connection refused");

    StatusRuntimeException thrown = ErrorStatus.of(ApiErrors.storeUnavailable(cause));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(thrown).hasCause(cause);
    assertThat(detail(thrown, RetryInfo.class).getRetryDelay().getSeconds()).isEqualTo(1);
  }

  @Test
  void status_ofManyLongViolations_fitsIntoTheTrailersOfAnyClient() throws Exception {
    List<FieldViolation> violations = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      violations.add(new FieldViolation("feature/f" + i, "key", "漢字".repeat(500)));
    }

    StatusRuntimeException thrown = ErrorStatus.of(ApiErrors.invalidDocument(violations));

    Metadata trailers = Objects.requireNonNull(thrown.getTrailers());
    byte[] details =
        Objects.requireNonNull(
            trailers.get(
                Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)));
    String message = Objects.requireNonNull(thrown.getStatus().getDescription());
    int worst = 3 * message.getBytes(StandardCharsets.UTF_8).length + details.length * 4 / 3 + 500;
    assertThat(worst).isLessThan(CLIENT_TRAILERS_BYTES);
    List<BadRequest.FieldViolation> shown =
        detail(thrown, BadRequest.class).getFieldViolationsList();
    assertThat(shown).hasSizeGreaterThan(3);
    assertThat(shown.get(shown.size() - 1).getDescription())
        .isEqualTo("and " + (10_001 - shown.size()) + " more (ValidateDocuments lists all)");
  }

  @Test
  void cut_insideCodePoint_leavesWholeCharacters() {
    for (int maxBytes = 3; maxBytes < 40; maxBytes++) {
      String cut = ErrorStatus.cut("a漢é😀".repeat(4), maxBytes);
      assertThat(cut.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(maxBytes);
      assertThat(cut).doesNotContain("\uFFFD").endsWith("…");
    }
    assertThat(ErrorStatus.cut("a漢é😀", 10)).isEqualTo("a漢é😀");
  }

  private static <T extends com.google.protobuf.Message> T detail(
      StatusRuntimeException thrown, Class<T> type) throws Exception {
    for (Any any : Objects.requireNonNull(StatusProto.fromThrowable(thrown)).getDetailsList()) {
      if (any.is(type)) {
        return any.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + thrown);
  }
}
