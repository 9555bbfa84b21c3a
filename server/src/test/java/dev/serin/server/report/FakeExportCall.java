package dev.serin.server.report;

import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.ExportedDecision;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call whose transport takes messages when a test says so. */
final class FakeExportCall extends ServerCallStreamObserver<ExportDecisionsResponse> {
  final List<ExportDecisionsResponse> sent = new ArrayList<>();
  @Nullable Throwable end;

  /** How many messages it takes before it is not ready any more. */
  private int room;

  private Runnable onReady = () -> {};
  private Runnable onCancel = () -> {};
  private Runnable onClose = () -> {};

  /** What was sent, message after message. */
  List<ExportedDecision> decisions() {
    return sent.stream().flatMap(message -> message.getDecisionsList().stream()).toList();
  }

  /** Takes so many more messages. */
  void take(int messages) {
    room += messages;
    onReady.run();
  }

  /** The caller ends the call. */
  void cancel() {
    onCancel.run();
  }

  /** The caller has heard the end of the call. */
  void heard() {
    onClose.run();
  }

  @Override
  public boolean isReady() {
    return room > 0;
  }

  @Override
  public void onNext(ExportDecisionsResponse message) {
    sent.add(message);
    room -= message.getDecisionsCount() == 0 ? 0 : 1;
  }

  @Override
  public void onError(Throwable failure) {
    if (end != null) {
      throw new IllegalStateException("ended twice", failure);
    }
    end = failure;
  }

  @Override
  public void onCompleted() {
    throw new IllegalStateException("an export has no good end");
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {
    onReady = handler;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {
    onCancel = handler;
  }

  @Override
  public void setOnCloseHandler(Runnable handler) {
    onClose = handler;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void request(int count) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void disableAutoInboundFlowControl() {}
}
