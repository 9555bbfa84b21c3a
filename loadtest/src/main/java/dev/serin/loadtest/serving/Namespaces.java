package dev.serin.loadtest.serving;

import dev.serin.v1.ApplyDocument;
import dev.serin.v1.ApplyDocumentsRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CreateNamespaceRequest;
import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import dev.serin.v1.Document;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Fills a server with what is measured, over its ordinary API. */
final class Namespaces {

  /** A namespace of its own: nothing of anybody else's is touched. */
  static final String NAME = "loadtest";

  private static final ChangeNote NOTE =
      ChangeNote.newBuilder().setActor("loadtest").setReason("measurement").build();

  private static final Duration APPLY_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration SERVED_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SERVED_PAUSE = Duration.ofMillis(2);

  private final FeatureServiceBlockingStub features;
  private final DecisionServiceBlockingStub decisions;

  Namespaces(Channel channel) {
    features = FeatureServiceGrpc.newBlockingStub(channel);
    decisions = DecisionServiceGrpc.newBlockingStub(channel);
  }

  /** Creates the namespace unless it is there. */
  void create() {
    try {
      features
          .withDeadlineAfter(APPLY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
          .createNamespace(CreateNamespaceRequest.newBuilder().setName(NAME).setNote(NOTE).build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw e;
      }
    }
  }

  /** Applies the documents in one revision and returns that revision. */
  long apply(List<Document> documents) {
    ApplyDocumentsRequest.Builder request =
        ApplyDocumentsRequest.newBuilder().setNamespace(NAME).setNote(NOTE);
    documents.forEach(
        document -> request.addDocuments(ApplyDocument.newBuilder().setDocument(document)));
    return features
        .withDeadlineAfter(APPLY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .applyDocuments(request.build())
        .getRevision();
  }

  /** Evaluates once. */
  EvaluateResponse evaluate(EvaluateRequest request) {
    return decisions
        .withDeadlineAfter(SERVED_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .evaluate(request);
  }

  /** Waits until the request is answered, whatever the answer, and returns it. */
  EvaluateResponse awaitServed(EvaluateRequest request) {
    long giveUpNanos = System.nanoTime() + SERVED_TIMEOUT.toNanos();
    while (true) {
      try {
        return evaluate(request);
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        boolean mayCome = code == Status.Code.NOT_FOUND || code == Status.Code.UNAVAILABLE;
        if (!mayCome || System.nanoTime() - giveUpNanos > 0) {
          throw e;
        }
        LockSupport.parkNanos(SERVED_PAUSE.toNanos());
      }
    }
  }
}
