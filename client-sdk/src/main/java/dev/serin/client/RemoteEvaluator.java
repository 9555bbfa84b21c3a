package dev.serin.client;

import dev.serin.v1.DecisionServiceGrpc;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import dev.serin.v1.DecisionServiceGrpc.DecisionServiceStub;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainRequest;
import dev.serin.v1.ExplainResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Decides by asking a server: one call each, within the deadline, without waiting for one. */
final class RemoteEvaluator implements Evaluator {
  private final String namespace;
  private final Connection connection;
  private final DecisionServiceBlockingStub blocking;
  private final DecisionServiceStub async;

  RemoteEvaluator(String namespace, Connection connection) {
    this.namespace = namespace;
    this.connection = connection;
    this.blocking = DecisionServiceGrpc.newBlockingStub(connection.channel());
    this.async = DecisionServiceGrpc.newStub(connection.channel());
  }

  @Override
  public Answer evaluate(Question question) {
    EvaluationError refused = refuse(question.context());
    if (refused != null) {
      return new Answer.Failed(refused);
    }
    try {
      EvaluateResponse response =
          blocking.withDeadlineAfter(nanos(question), TimeUnit.NANOSECONDS).evaluate(ask(question));
      connection.answered();
      return new Answer.Decided(response);
    } catch (RuntimeException failure) {
      return new Answer.Failed(failed(failure, question.options()));
    }
  }

  @Override
  public CompletableFuture<Answer> evaluateAsync(Question question) {
    EvaluationError refused = refuse(question.context());
    if (refused != null) {
      return CompletableFuture.completedFuture(new Answer.Failed(refused));
    }
    AnswerObserver observer = new AnswerObserver(question.options());
    try {
      async
          .withDeadlineAfter(nanos(question), TimeUnit.NANOSECONDS)
          .evaluate(ask(question), observer);
    } catch (RuntimeException failure) {
      observer.onError(failure);
    }
    return observer.future;
  }

  @Override
  public Decisions evaluateAll(Context context, Question.Options options) {
    EvaluationError refused = refuse(context);
    if (refused != null) {
      return Decisions.failed(refused);
    }
    try {
      Decisions decisions = new Pages(namespace, blocking, options).read(context);
      connection.answered();
      return decisions;
    } catch (RuntimeException failure) {
      return Decisions.failed(failed(failure, options));
    }
  }

  @Override
  public ExplainResponse explain(String feature, Context context, Question.Options options) {
    EvaluationError refused = refuse(context);
    if (refused != null) {
      throw new EvaluationException(refused);
    }
    ExplainRequest request =
        ExplainRequest.newBuilder()
            .setNamespace(namespace)
            .setFeature(feature)
            .setUserKey(context.userKey())
            .setAttributes(context.prepared().attributes())
            .build();
    try {
      ExplainResponse response =
          blocking
              .withDeadlineAfter(options.deadline().toNanos(), TimeUnit.NANOSECONDS)
              .explain(request);
      connection.answered();
      return response;
    } catch (RuntimeException failure) {
      throw new EvaluationException(failed(failure, options));
    }
  }

  @Override
  public void close() {
    connection.close();
  }

  private EvaluateRequest ask(Question question) {
    EvaluateRequest.Builder request =
        EvaluateRequest.newBuilder()
            .setNamespace(namespace)
            .setFeature(question.feature())
            .setUserKey(question.context().userKey())
            .setAttributes(question.context().prepared().attributes())
            .setExpectedType(question.expectedType());
    if (!question.options().recordExposure()) {
      request.setRecordExposure(false);
    }
    return request.build();
  }

  /** What can be said without asking; null: nothing speaks against asking. */
  private @Nullable EvaluationError refuse(Context context) {
    if (connection.isClosed()) {
      return new EvaluationError(
          ErrorCode.PROVIDER_NOT_READY, "client: closed (expected: evaluations before close)");
    }
    String problem = context.prepared().problem();
    return problem == null ? null : new EvaluationError(ErrorCode.INVALID_CONTEXT, problem);
  }

  private EvaluationError failed(Throwable failure, Question.Options options) {
    EvaluationError error = Refusal.of(failure, connection.target(), options.deadline());
    if (Refusal.isAway(failure)) {
      connection.missed(error);
    }
    return error;
  }

  private static long nanos(Question question) {
    return question.options().deadline().toNanos();
  }

  private final class AnswerObserver implements StreamObserver<EvaluateResponse> {
    private final Question.Options options;
    private final CompletableFuture<Answer> future = new CompletableFuture<>();

    AnswerObserver(Question.Options options) {
      this.options = options;
    }

    @Override
    public void onNext(EvaluateResponse response) {
      connection.answered();
      future.complete(new Answer.Decided(response));
    }

    @Override
    public void onError(Throwable failure) {
      future.complete(new Answer.Failed(failed(failure, options)));
    }

    @Override
    public void onCompleted() {
      // A status OK without a message; after a message this does nothing.
      future.complete(Answer.failed(ErrorCode.PARSE_ERROR, "no message (expected: one)"));
    }
  }
}
