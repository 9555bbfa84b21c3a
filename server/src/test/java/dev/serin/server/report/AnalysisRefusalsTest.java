package dev.serin.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.outcome.aggregate.MergedView;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.GetTimeSeriesRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AnalysisRefusalsTest {
  private static final CompareVariantsRequest COMPARE =
      CompareVariantsRequest.newBuilder().setNamespace("shop").setFeature("ranking").build();

  private static final GetTimeSeriesRequest SERIES =
      GetTimeSeriesRequest.newBuilder().setNamespace("shop").setFeature("ranking").build();

  private static StatusRuntimeException refused(Counted counted, CompareVariantsRequest request) {
    try (AnalysisApi api = new AnalysisApi(counted)) {
      return catchThrowableOfType(
          StatusRuntimeException.class, () -> api.stub().compareVariants(request));
    }
  }

  private static StatusRuntimeException refused(GetTimeSeriesRequest request) {
    try (AnalysisApi api = new AnalysisApi(Counted.ofPeriod())) {
      return catchThrowableOfType(
          StatusRuntimeException.class, () -> api.stub().getTimeSeries(request).getSlotsCount());
    }
  }

  private static void assertRefused(
      StatusRuntimeException error, Status.Code code, String... words) {
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).isEqualTo(code);
    assertThat(error.getStatus().getDescription()).contains(words);
  }

  @Test
  void compare_badRequests_areRefusedByField() {
    Counted counted = Counted.ofPeriod();
    Status.Code invalid = Status.Code.INVALID_ARGUMENT;
    assertRefused(
        refused(counted, COMPARE.toBuilder().clearFeature().build()), invalid, "feature: empty");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setSplit("other").build()),
        invalid,
        "split: \"other\" (expected: one of main)");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setControl("newest").build()),
        invalid,
        "control: \"newest\" (expected: one of old, new)");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setStage(1).build()),
        invalid,
        "stage: 1 (expected: none without a run)");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setPeriod(-1).build()),
        invalid,
        "period: 18446744073709551615");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setRunId("r-9").setPeriod(3).build()),
        invalid,
        "period: 3 (expected: none beside a run)");
    assertRefused(
        refused(Counted.ofRun(), COMPARE.toBuilder().setStage(0).build()),
        invalid,
        "stage: 0 (expected: 1 or more)");
  }

  @Test
  void compare_whatIsNotThere_isNotFound() {
    Counted counted = Counted.ofPeriod();
    Status.Code notFound = Status.Code.NOT_FOUND;
    assertRefused(
        refused(counted, COMPARE.toBuilder().setRunId("r-9").build()), notFound, "run \"r-9\"");
    assertRefused(
        refused(counted, COMPARE.toBuilder().addMetrics("latency").addMetrics("x").build()),
        notFound,
        "metric \"x\"");
    assertRefused(
        refused(counted, COMPARE.toBuilder().setFeature("x").build()), notFound, "feature \"x\"");
    assertRefused(
        refused(counted, COMPARE.toBuilder().clearNamespace().build()),
        notFound,
        "namespace \"default\"");
    // A period of which nothing is known, and a run that has just begun, show nothing.
    assertThat(AnalysisApi.compare(counted, COMPARE.toBuilder().setPeriod(3).build()).getPeriod())
        .isEqualTo(3);
    assertThat(AnalysisApi.compare(Counted.ofRun()).getRunId()).isEqualTo("r-1");
  }

  @Test
  void series_badRequests_areRefusedByField() {
    Status.Code invalid = Status.Code.INVALID_ARGUMENT;
    assertRefused(
        refused(SERIES.toBuilder().setSlot(Durations.fromSeconds(30)).build()),
        invalid,
        "slot: neither of both (expected: 10s or 60s)");
    assertRefused(
        refused(SERIES.toBuilder().setUntil(Timestamps.fromMillis(5)).build()),
        invalid,
        "from: not before until");
    assertRefused(
        refused(
            SERIES.toBuilder().setFrom(Timestamps.fromMillis(5).toBuilder().setNanos(-1)).build()),
        invalid,
        "from: no time");
    assertRefused(
        refused(SERIES.toBuilder().addMetrics("x").build()), Status.Code.NOT_FOUND, "metric");
  }

  @Test
  void questions_viewNotLoaded_isToldAsItIs() {
    ViewQuestions notLoaded =
        new ViewQuestions() {
          @Override
          public <T> CompletableFuture<T> ask(Function<MergedView, T> question) {
            ApiException reason = ApiErrors.outcomesNotReady();
            return CompletableFuture.failedFuture(reason);
          }
        };
    try (AnalysisApi api = new AnalysisApi(Counted.ofPeriod(), notLoaded)) {
      assertRefused(
          catchThrowableOfType(
              StatusRuntimeException.class, () -> api.stub().compareVariants(COMPARE)),
          Status.Code.UNAVAILABLE,
          "outcomes: what was counted before the start is loading");
    }
  }
}
