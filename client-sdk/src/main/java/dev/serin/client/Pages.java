package dev.serin.client;

import com.google.protobuf.Value;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.FeatureDecision;
import io.grpc.StatusRuntimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads all pages of one snapshot; begins again when the snapshot goes away meanwhile. */
final class Pages {
  /** A namespace that changes faster than its pages are read will not stop doing so. */
  private static final int MAX_ATTEMPTS = 3;

  /** Ends a server's endless pages: a million features. */
  private static final int MAX_PAGES = 1_000;

  private final String namespace;
  private final DecisionServiceBlockingStub stub;
  private final Question.Options options;

  Pages(String namespace, DecisionServiceBlockingStub stub, Question.Options options) {
    this.namespace = namespace;
    this.stub = stub;
    this.options = options;
  }

  Decisions read(Context context) {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce(context);
      } catch (StatusRuntimeException failure) {
        if (attempt == MAX_ATTEMPTS || !Refusal.reasonOf(failure).equals("REVISION_GONE")) {
          throw failure;
        }
      }
    }
  }

  private Decisions readOnce(Context context) {
    EvaluateAllRequest.Builder request =
        EvaluateAllRequest.newBuilder()
            .setNamespace(namespace)
            .setUserKey(context.userKey())
            .setAttributes(context.prepared().attributes());
    Map<String, EvaluationDetails<Value>> byFeature = new LinkedHashMap<>();
    for (int page = 0; page < MAX_PAGES; page++) {
      EvaluateAllResponse response =
          stub.withDeadlineAfter(options.deadline().toNanos(), TimeUnit.NANOSECONDS)
              .evaluateAll(request.build());
      for (FeatureDecision decision : response.getDecisionsList()) {
        String feature = decision.getFeature();
        byFeature.put(
            feature,
            Reading.details(feature, decision.getDecision().getValue(), decision.getDecision()));
      }
      if (response.getNextPageToken().isEmpty()) {
        return new Decisions(byFeature, response.getRevision(), Optional.empty());
      }
      request.setPageToken(response.getNextPageToken());
    }
    return Decisions.failed(
        new EvaluationError(
            ErrorCode.PARSE_ERROR, "pages: more than " + MAX_PAGES + " (expected: a last one)"));
  }
}
