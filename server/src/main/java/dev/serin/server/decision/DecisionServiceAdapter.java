package dev.serin.server.decision;

import com.google.protobuf.util.Timestamps;
import dev.serin.engine.EvaluationContext;
import dev.serin.server.outcome.ExposureRecorder;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceImplBase;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * DecisionService over messages: EvaluateAll and Explain for every port, Evaluate where no bytes
 * are at hand (JSON). Route and WatchSnapshot are not built yet and answer so.
 *
 * <p>Takes processor time in proportion to the features asked for: call it off the event loops.
 */
public final class DecisionServiceAdapter extends DecisionServiceImplBase {
  private final Evaluations evaluations;
  private final EvaluateAllPages pages;

  /**
   * A service that decides from these snapshots.
   *
   * @param exposures what Evaluate gives to whom; the other calls count none
   */
  public DecisionServiceAdapter(
      ServedSnapshots snapshots, CallInputs inputs, ExposureRecorder exposures) {
    evaluations = new Evaluations(snapshots, inputs, exposures);
    pages = new EvaluateAllPages(evaluations);
  }

  /** Shows the cache of snapshots that callers read page by page. */
  public void register(MeterRegistry registry) {
    pages.register(registry);
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    Evaluations.Decided decided = evaluations.evaluate(request);
    decided.served().count().increment();
    observer.onNext(decided.response());
    observer.onCompleted();
  }

  @Override
  public void evaluateAll(
      EvaluateAllRequest request, StreamObserver<EvaluateAllResponse> observer) {
    observer.onNext(pages.page(request));
    observer.onCompleted();
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
    observer.onNext(explain(request));
    observer.onCompleted();
  }

  private ExplainResponse explain(ExplainRequest request) {
    var check =
        new RequestCheck()
            .size(request.getSerializedSize())
            .feature(request.getFeature())
            .user(request.getUserKey(), request.getAttributes());
    if (request.hasAt() && !Timestamps.isValid(request.getAt())) {
      check.add("at", "no time (expected: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z)");
    }
    check.done();
    ServedSnapshot snapshot = evaluations.snapshot(request.getNamespace());
    ServedFeature feature = evaluations.feature(snapshot, request.getFeature());
    EvaluationContext context =
        request.hasAt()
            ? evaluations.begin(
                snapshot,
                request.getUserKey(),
                request.getAttributes(),
                Timestamps.toMillis(request.getAt()))
            : evaluations.begin(snapshot, request.getUserKey(), request.getAttributes());
    return feature.compiled().explain(context).toResponse();
  }
}
