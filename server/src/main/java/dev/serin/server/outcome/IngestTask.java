package dev.serin.server.outcome;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Something that workers go on with when it is signalled: one of them at a time, and once more
 * after the last signal. What its methods write is seen by the next worker.
 */
abstract class IngestTask {
  private enum State {
    /** Nobody has anything for it. */
    IDLE,
    /** It stands in line, or has to go there again. */
    DUE,
    /** A worker has it. */
    RUNNING
  }

  /** Whether it stands in the line for room. */
  final AtomicBoolean waitsForRoom = new AtomicBoolean();

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  /** Goes on as far as possible without waiting. */
  abstract void run(Judge judge);

  /** {@link #run} has failed: a fault of the server. */
  abstract void failed(RuntimeException fault);

  /** Notes that there is something to do; true: it has to be put in line. */
  final boolean due() {
    return state.getAndSet(State.DUE) == State.IDLE;
  }

  /** A worker has taken it out of the line. */
  final void begin() {
    state.set(State.RUNNING);
  }

  /** The worker is done; true: there is more to do, it has to be put in line again. */
  final boolean end() {
    return !state.compareAndSet(State.RUNNING, State.IDLE);
  }
}
