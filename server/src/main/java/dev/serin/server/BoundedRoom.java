package dev.serin.server;

import dev.serin.server.http.RequestRoom;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** Room for so many bytes of requests, and the meter that shows how many it holds. */
final class BoundedRoom implements RequestRoom {
  private final String name;
  private final long waitingBytesMax;
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Room.
   *
   * @param name whose it is, for the meter
   * @param waitingBytesMax bytes there is room for, 0 or more
   */
  BoundedRoom(String name, long waitingBytesMax) {
    this.name = name;
    this.waitingBytesMax = waitingBytesMax;
  }

  @Override
  public boolean reserve(long bytes) {
    if (waitingBytes.addAndGet(bytes) <= waitingBytesMax) {
      return true;
    }
    waitingBytes.addAndGet(-bytes);
    return false;
  }

  @Override
  public void release(long bytes) {
    waitingBytes.addAndGet(-bytes);
  }

  @Override
  public long waitingBytesMax() {
    return waitingBytesMax;
  }

  /** Bytes of the requests that arrive, wait or are worked on. */
  long waitingBytes() {
    return waitingBytes.get();
  }

  void register(MeterRegistry registry) {
    Gauge.builder("serin.workers.waiting", this, BoundedRoom::waitingBytes)
        .tag("pool", name)
        .baseUnit("bytes")
        .description("Requests that arrive, wait for a worker thread or are answered.")
        .register(registry);
  }
}
