package dev.serin.server.rollout;

import dev.serin.v1.RolloutLogEntry;
import dev.serin.v1.WatchRolloutResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A call that watches, whose transport takes answers when a test says so. Safe for all threads. */
final class FakeWatchCall extends ServerCallStreamObserver<WatchRolloutResponse> {
  private final CopyOnWriteArrayList<WatchRolloutResponse> sent = new CopyOnWriteArrayList<>();

  /** How many answers it takes before it is not ready any more. */
  private final AtomicInteger room;

  private final boolean broken;
  private volatile @Nullable Throwable failure;
  private volatile boolean completed;
  private volatile Runnable onReady = () -> {};
  private volatile Runnable onCancel = () -> {};
  private volatile Runnable onClose = () -> {};

  private FakeWatchCall(int room, boolean broken) {
    this.room = new AtomicInteger(room);
    this.broken = broken;
  }

  /** One that takes all that comes. */
  static FakeWatchCall ready() {
    return new FakeWatchCall(Integer.MAX_VALUE, false);
  }

  /** One that takes so many answers. */
  static FakeWatchCall withRoomFor(int answers) {
    return new FakeWatchCall(answers, false);
  }

  /** One that fails with an error at its first answer. */
  static FakeWatchCall failing() {
    return new FakeWatchCall(Integer.MAX_VALUE, true);
  }

  /** Takes so many more answers. */
  void take(int answers) {
    room.addAndGet(answers);
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

  /** What was sent so far. */
  List<WatchRolloutResponse> sent() {
    return List.copyOf(sent);
  }

  /** Versions of the entries that were sent so far. */
  List<Long> versions() {
    return sent.stream()
        .flatMap(answer -> answer.getEntriesList().stream())
        .map(RolloutLogEntry::getVersion)
        .toList();
  }

  /** What it ended with; null: it goes on, or ended well. */
  @Nullable Throwable failure() {
    return failure;
  }

  boolean isCompleted() {
    return completed;
  }

  private void requireOpen() {
    if (completed || failure != null) {
      throw new IllegalStateException("ended already");
    }
  }

  @Override
  public boolean isReady() {
    return room.get() > 0;
  }

  @Override
  public void onNext(WatchRolloutResponse answer) {
    requireOpen();
    if (broken) {
      throw new AssertionError("no answer can be sent");
    }
    room.decrementAndGet();
    sent.add(answer);
  }

  @Override
  public void onError(Throwable because) {
    requireOpen();
    failure = because;
  }

  @Override
  public void onCompleted() {
    requireOpen();
    completed = true;
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
