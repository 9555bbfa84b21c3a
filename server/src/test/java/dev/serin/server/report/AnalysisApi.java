package dev.serin.server.report;

import dev.serin.server.error.ErrorInterceptor;
import dev.serin.server.outcome.CommittedFeed;
import dev.serin.v1.AnalysisServiceGrpc;
import dev.serin.v1.AnalysisServiceGrpc.AnalysisServiceBlockingStub;
import dev.serin.v1.CompareVariantsRequest;
import dev.serin.v1.CompareVariantsResponse;
import dev.serin.v1.ComparisonBasis;
import dev.serin.v1.VariantComparison;
import dev.serin.v1.VariantSummary;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;

/** AnalysisService over gRPC in this process, asking what a test counted. */
final class AnalysisApi implements AutoCloseable {
  private final CommittedFeed feed = new CommittedFeed();
  private final Exports exports = new Exports(feed);
  private final Server server;
  private final ManagedChannel channel;

  AnalysisApi(Counted counted) {
    this(counted, counted);
  }

  AnalysisApi(ReportedFeatures features, ViewQuestions questions) {
    this(features, questions, LiveVerdicts.NONE);
  }

  AnalysisApi(ReportedFeatures features, ViewQuestions questions, LiveVerdicts verdicts) {
    this(features, questions, verdicts, RolloutSeries.NONE);
  }

  AnalysisApi(
      ReportedFeatures features,
      ViewQuestions questions,
      LiveVerdicts verdicts,
      RolloutSeries rollouts) {
    String name = InProcessServerBuilder.generateName();
    InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(Counted.NOW));
    try {
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(
                  ErrorInterceptor.guard(
                      new AnalysisServiceAdapter(
                          features, questions, exports, verdicts, rollouts, clock)))
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  AnalysisServiceBlockingStub stub() {
    return AnalysisServiceGrpc.newBlockingStub(channel);
  }

  /** What is exported. */
  CommittedFeed feed() {
    return feed;
  }

  Exports exports() {
    return exports;
  }

  /** Compares all of the feature. */
  static CompareVariantsResponse compare(Counted counted) {
    return compare(counted, CompareVariantsRequest.getDefaultInstance());
  }

  static CompareVariantsResponse compare(Counted counted, CompareVariantsRequest request) {
    try (AnalysisApi api = new AnalysisApi(counted)) {
      return api.stub()
          .compareVariants(request.toBuilder().setNamespace("shop").setFeature("ranking").build());
    }
  }

  static VariantSummary summary(
      CompareVariantsResponse response, ReportedMetric metric, int stage, String variant) {
    return response.getSummariesList().stream()
        .filter(row -> row.getMetric().equals(metric.key()) && row.getVariant().equals(variant))
        .filter(row -> row.getStage() == stage && !row.getAfterEnd())
        .findFirst()
        .orElseThrow();
  }

  static VariantComparison outcomes(
      CompareVariantsResponse response, ReportedMetric metric, int stage) {
    return row(response, metric, stage, ComparisonBasis.COMPARISON_BASIS_OUTCOMES);
  }

  static VariantComparison users(
      CompareVariantsResponse response, ReportedMetric metric, int stage) {
    return row(response, metric, stage, ComparisonBasis.COMPARISON_BASIS_USERS);
  }

  private static VariantComparison row(
      CompareVariantsResponse response, ReportedMetric metric, int stage, ComparisonBasis basis) {
    return response.getComparisonsList().stream()
        .filter(row -> row.getMetric().equals(metric.key()) && row.getStage() == stage)
        .filter(row -> row.getBasis() == basis)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    exports.close();
  }
}
