package dev.serin.server.outcome;

import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeRequest;
import dev.serin.v1.ReportOutcomeResponse;
import dev.serin.v1.Session;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A producer with one stream. */
public final class TestReporter {
  private static final long WAIT_SECONDS = 60;

  /** The one session that most tests have. */
  public static final Session SESSION =
      Session.newBuilder()
          .setProducer("shop")
          .setSession("00000000-0000-0000-0000-000000000001")
          .build();

  private final LinkedBlockingQueue<ReportOutcomeResponse> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
  private final ClientCallStreamObserver<ReportOutcomeRequest> requests;

  /** Opens a stream that takes answers as they come. */
  public TestReporter(Channel channel) {
    this(channel, true);
  }

  /**
   * Opens a stream.
   *
   * @param reads false: answers are taken only when {@link #read} asks for them
   */
  public TestReporter(Channel channel, boolean reads) {
    requests =
        (ClientCallStreamObserver<ReportOutcomeRequest>)
            OutcomeServiceGrpc.newStub(channel).reportOutcome(new Answers(reads));
  }

  private final class Answers
      implements ClientResponseObserver<ReportOutcomeRequest, ReportOutcomeResponse> {
    private final boolean reads;

    Answers(boolean reads) {
      this.reads = reads;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ReportOutcomeRequest> stream) {
      if (!reads) {
        stream.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(ReportOutcomeResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
      end.complete((StatusRuntimeException) failure);
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK.asRuntimeException());
    }
  }

  /** Sends a message. */
  public TestReporter send(ReportOutcomeRequest request) {
    requests.onNext(request);
    return this;
  }

  /** Opens the session with the first outcomes. */
  public TestReporter open(long first, Outcome... outcomes) {
    return open(SESSION, first, outcomes);
  }

  /** Opens a session with its first outcomes. */
  public TestReporter open(Session session, long first, Outcome... outcomes) {
    return send(message(first, outcomes).toBuilder().setSession(session).build());
  }

  /** Sends outcomes under the stream's session. */
  public TestReporter send(long first, Outcome... outcomes) {
    return send(message(first, outcomes));
  }

  static ReportOutcomeRequest message(long first, Outcome... outcomes) {
    var message = ReportOutcomeRequest.newBuilder().setFirstSequence(first);
    for (Outcome outcome : outcomes) {
      message.addOutcomes(outcome);
    }
    return message.build();
  }

  /** Asks for answers, where they are not taken as they come. */
  public void read(int count) {
    requests.request(count);
  }

  /** Whether more can be sent without waiting. */
  public boolean isReady() {
    return requests.isReady();
  }

  /** Says that nothing more comes. */
  public TestReporter halfClose() {
    requests.onCompleted();
    return this;
  }

  /** Cuts the stream. */
  public void cut() {
    requests.cancel("cut", null);
  }

  /** The next answer. */
  public ReportOutcomeResponse next() throws InterruptedException {
    ReportOutcomeResponse answer = answers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer; the stream's end: " + end.getNow(null));
    }
    return answer;
  }

  /** The first answer that says that a sequence is durable. */
  public ReportOutcomeResponse awaitCommitted(long sequence) throws InterruptedException {
    ReportOutcomeResponse answer = next();
    while (answer.getCommittedSequence() < sequence) {
      answer = next();
    }
    return answer;
  }

  /** Answers that have come and were not looked at. */
  public int waiting() {
    return answers.size();
  }

  /** How the stream ended. */
  public StatusRuntimeException end() throws Exception {
    return end.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Whether the stream has ended. */
  public boolean hasEnded() {
    return end.isDone();
  }
}
