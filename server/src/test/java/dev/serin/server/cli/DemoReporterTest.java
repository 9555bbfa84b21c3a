package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc.OutcomeServiceImplBase;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.ReportOutcomeBatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the demo reports of its users. */
class DemoReporterTest {
  private static final String NAME = "DemoReporterTest";
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final DemoTally tally = new DemoTally();
  private final Batches batches = new Batches();
  private final ManagedChannel channel =
      InProcessChannelBuilder.forName(NAME).directExecutor().build();
  private final DemoReporter reporter = new DemoReporter(channel, tally, new UUID(1, 2));
  private final Server server =
      InProcessServerBuilder.forName(NAME).directExecutor().addService(batches).build();

  /** Counts by sequence, as a server does; answers are lost when it is told so. */
  private static final class Batches extends OutcomeServiceImplBase {
    private final List<Outcome> counted = new ArrayList<>();
    private final List<Long> attempts = new ArrayList<>();
    private boolean losesAnswers;

    @Override
    public void reportOutcomeBatch(
        ReportOutcomeBatchRequest request, StreamObserver<ReportOutcomeBatchResponse> observer) {
      attempts.add(request.getSession().getAttempt());
      assertThat(request.getFirstSequence()).isLessThanOrEqualTo(counted.size() + 1L);
      long sequence = request.getFirstSequence();
      for (Outcome outcome : request.getOutcomesList()) {
        if (sequence++ > counted.size()) {
          counted.add(outcome);
        }
      }
      if (losesAnswers) {
        observer.onError(Status.UNAVAILABLE.withDescription("lost").asRuntimeException());
      } else {
        observer.onNext(
            ReportOutcomeBatchResponse.newBuilder()
                .setCommittedSequence(counted.size())
                .setRefusedTotal(1)
                .build());
        observer.onCompleted();
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void send_answerLost_countsEachOnce() {
    batches.losesAnswers = true;
    report(0, 2_500);
    reporter.send(NOON);
    assertThat(tally.counted()).isZero();
    assertThat(tally.lastRefusal()).isEqualTo("outcomes: UNAVAILABLE lost");

    batches.losesAnswers = false;
    report(2_500, 3_000);
    reporter.send(NOON);

    assertThat(batches.counted)
        .extracting(Outcome::getUnitKey)
        .doesNotHaveDuplicates()
        .hasSize(3_000)
        .startsWith("user-0", "user-1");
    assertThat(batches.attempts).isSorted().doesNotHaveDuplicates().hasSize(3);
    assertThat(tally.counted() + tally.refusedOutcomes()).isEqualTo(3_000);
    assertThat(tally.refusedOutcomes()).isEqualTo(2);
    reporter.send(NOON);
    assertThat(batches.attempts).hasSize(3);
  }

  @Test
  void behaviour_ofOneSeed_isTheSameAgainAndDiffersByVariant() {
    EvaluateResponse on = EvaluateResponse.newBuilder().setVariant("on").build();
    EvaluateResponse off = EvaluateResponse.newBuilder().setVariant("off").build();
    assertThat(after(on, 100)).isEqualTo(after(on, 100));

    assertThat(sum(after(on, 20_000), DemoBehaviour.CONVERSION))
        .isGreaterThan(sum(after(off, 20_000), DemoBehaviour.CONVERSION));
    assertThat(sum(after(on, 20_000), DemoBehaviour.LATENCY))
        .isLessThan(sum(after(off, 20_000), DemoBehaviour.LATENCY));
    assertThat(after(on, 20_000))
        .allSatisfy(
            outcome ->
                assertThat(outcome.getValuesOrThrow(DemoBehaviour.LATENCY)).isBetween(0.1, 1e5));
  }

  private void report(int from, int until) {
    for (int i = from; i < until; i++) {
      assertThat(reporter.report(Outcome.newBuilder().setUnitKey("user-" + i).build(), NOON))
          .isTrue();
    }
  }

  private static List<Outcome> after(EvaluateResponse decision, int count) {
    DemoBehaviour behaviour = new DemoBehaviour(7);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outcomes.add(behaviour.after("new-checkout", i, decision));
    }
    return outcomes;
  }

  private static double sum(List<Outcome> outcomes, String metric) {
    return outcomes.stream().mapToDouble(outcome -> outcome.getValuesOrThrow(metric)).sum();
  }
}
