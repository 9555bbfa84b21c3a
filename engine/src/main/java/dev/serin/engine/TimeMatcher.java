package dev.serin.engine;

import com.google.protobuf.Timestamp;
import dev.serin.v1.TimeRange;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A time from one moment on and before another: RFC 3339 text, or a number of seconds. */
final class TimeMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 30;

  private final @Nullable Moment from;
  private final @Nullable Moment before;

  TimeMatcher(int slot, TimeRange range) {
    super(slot);
    from = range.hasFrom() ? Moment.of(range.getFrom()) : null;
    before = range.hasBefore() ? Moment.of(range.getBefore()) : null;
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    return switch (kind) {
      case Frame.TEXT -> {
        byte[] bytes = frame.bytes(at);
        int offset = frame.offset(at);
        int length = frame.length(at);
        long seconds = Rfc3339.seconds(bytes, offset, length);
        if (seconds == Rfc3339.INVALID) {
          yield false;
        }
        int nanos = Rfc3339.nanos(bytes, offset, length);
        yield (from == null || !from.isAfter(seconds, nanos))
            && (before == null || before.isAfter(seconds, nanos));
      }
      case Frame.NUMBER -> {
        double number = frame.number(at);
        yield (from == null || number >= from.number)
            && (before == null || number < before.number)
            && !Double.isNaN(number);
      }
      default -> false;
    };
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }

  /**
   * A bound.
   *
   * @param number the same in seconds, as the double that a caller's number would be read as
   */
  private record Moment(long seconds, int nanos, double number) {
    static Moment of(Timestamp timestamp) {
      double number =
          BigDecimal.valueOf(timestamp.getSeconds())
              .add(BigDecimal.valueOf(timestamp.getNanos(), 9))
              .doubleValue();
      return new Moment(timestamp.getSeconds(), timestamp.getNanos(), number);
    }

    boolean isAfter(long otherSeconds, int otherNanos) {
      return seconds > otherSeconds || (seconds == otherSeconds && nanos > otherNanos);
    }
  }
}
