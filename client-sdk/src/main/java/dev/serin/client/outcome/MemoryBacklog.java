package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** A backlog that ends with the process; the queue's bound is its bound too. */
final class MemoryBacklog implements Backlog {
  private final OutcomeQueue queue;
  private final List<ByteString> held = new ArrayList<>();
  private ReportSession session;
  private long first = 1;

  MemoryBacklog(OutcomeQueue queue, ReportSession session) {
    this.queue = queue;
    this.session = session;
  }

  @Override
  public ReportSession session() {
    return session;
  }

  @Override
  public void keep(ReportSession session) {
    this.session = session;
  }

  @Override
  public long first() {
    return first;
  }

  @Override
  public long next() {
    return first + held.size();
  }

  @Override
  public long recovered() {
    return 0;
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public boolean append(List<ByteString> outcomes) {
    held.addAll(outcomes);
    return true;
  }

  @Override
  public List<ByteString> read(long from, int maxOutcomes, int maxBytes) {
    int begin = Math.toIntExact(from - first);
    int end = begin;
    int bytes = 0;
    while (end < held.size() && end - begin < maxOutcomes) {
      bytes += ReportMessage.sizeOf(held.get(end));
      if (bytes > maxBytes && end > begin) {
        break;
      }
      end++;
    }
    return List.copyOf(held.subList(begin, end));
  }

  @Override
  public void acknowledge(long through) {
    int count = Math.toIntExact(through - first + 1);
    if (count <= 0) {
      return;
    }
    List<ByteString> gone = held.subList(0, count);
    long bytes = gone.stream().mapToLong(ByteString::size).sum();
    gone.clear();
    first = through + 1;
    queue.release(count, bytes);
  }

  @Override
  public void close() {}
}
