package dev.serin.server.report;

import com.google.protobuf.util.Timestamps;
import dev.serin.server.outcome.CommittedRecords;
import dev.serin.server.outcome.RecordWalk;
import dev.serin.server.outcome.aggregate.Place;
import dev.serin.v1.ExportDecisionsResponse;
import dev.serin.v1.ExportedDecision;
import dev.serin.v1.ExportedKind;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one reader, within a bound: filled by the thread that flushes, emptied by the one
 * that sends. Records stay as they were counted until a message is made of them.
 */
final class ExportLine {
  /** Records in a message. */
  static final int MESSAGE_RECORDS_MAX = 1_000;

  /** Bytes of a message above which no further record is added. */
  static final int MESSAGE_BYTES = 256 * 1024;

  private static final HexFormat HEX = HexFormat.of();

  private final ExportFilter filter;
  private final long bytesMax;
  private final ConcurrentLinkedQueue<CommittedRecords> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();

  /** Wanted records that were committed. */
  private final AtomicLong committed = new AtomicLong();

  // Of the thread that sends.
  private @Nullable CommittedRecords opened;
  private @Nullable RecordWalk walk;
  private long taken;

  ExportLine(ExportFilter filter, long bytesMax) {
    this.filter = filter;
    this.bytesMax = bytesMax;
  }

  /**
   * Adds what one flush has of wanted records; false: there is no room, and nothing of it waits. A
   * flush that finds nothing waiting has room, however large it is.
   */
  boolean add(List<? extends CommittedRecords> flush) {
    List<CommittedRecords> kept = new ArrayList<>();
    long bytes = 0;
    for (CommittedRecords records : flush) {
      long count = wanted(records);
      if (count > 0) {
        committed.addAndGet(count);
        kept.add(records);
        bytes += records.heldBytes();
      }
    }
    if (waitingBytes.get() > 0 && waitingBytes.get() + bytes > bytesMax) {
      return false;
    }
    waitingBytes.addAndGet(bytes);
    waiting.addAll(kept);
    return true;
  }

  private long wanted(CommittedRecords records) {
    long count = 0;
    RecordWalk steps = records.walk();
    while (steps.next()) {
      if (filter.takes(steps.place())) {
        count++;
      }
    }
    return count;
  }

  /** Takes the next message; empty: nothing waits. */
  ExportDecisionsResponse take() {
    ExportDecisionsResponse.Builder message = ExportDecisionsResponse.newBuilder();
    int bytes = 0;
    while (message.getDecisionsCount() < MESSAGE_RECORDS_MAX && bytes < MESSAGE_BYTES) {
      RecordWalk step = step();
      if (step == null) {
        break;
      }
      if (filter.takes(step.place())) {
        ExportedDecision decision = decision(step);
        bytes += decision.getSerializedSize();
        message.addDecisions(decision);
      }
    }
    taken += message.getDecisionsCount();
    return message.build();
  }

  /** The next record, wanted or not; null: nothing waits. */
  private @Nullable RecordWalk step() {
    while (true) {
      RecordWalk current = walk;
      if (current != null && current.next()) {
        return current;
      }
      release();
      opened = waiting.poll();
      if (opened == null) {
        return null;
      }
      walk = opened.walk();
    }
  }

  private void release() {
    if (opened != null) {
      waitingBytes.addAndGet(-opened.heldBytes());
      opened = null;
      walk = null;
    }
  }

  /** Drops what waits; for the thread that sends. */
  void clear() {
    release();
    for (CommittedRecords left = waiting.poll(); left != null; left = waiting.poll()) {
      waitingBytes.addAndGet(-left.heldBytes());
    }
  }

  /** Wanted records that were committed and not taken; for the thread that sends. */
  long left() {
    return committed.get() - taken;
  }

  /** About how many bytes wait. */
  long waitingBytes() {
    return waitingBytes.get();
  }

  private static ExportedDecision decision(RecordWalk record) {
    Place place = record.place();
    // Where a split was drawn by no attribute the call was the unit; where none was drawn, an
    // outcome names its unit all the same, and an exposure has none.
    boolean hasUnit = !place.unit().isEmpty() || (place.split().isEmpty() && !record.isExposure());
    ExportedDecision.Builder decision =
        ExportedDecision.newBuilder()
            .setTime(Timestamps.fromMillis(record.timeMillis()))
            .setNamespace(place.namespace())
            .setFeature(place.feature())
            .setVariant(place.variant())
            .setArm(place.arm())
            .setSplit(place.split())
            .setRunId(place.run())
            .setStage(place.stage())
            .setPeriod(place.period())
            .setAfterEnd(place.afterEnd())
            .setUnitHash(hasUnit ? HEX.toHexDigits(record.unit()) : "");
    if (record.isExposure()) {
      return decision.setKind(ExportedKind.EXPORTED_KIND_EXPOSURE).build();
    }
    record.values(decision::putValues);
    return decision.setKind(ExportedKind.EXPORTED_KIND_OUTCOME).build();
  }
}
