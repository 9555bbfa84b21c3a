package dev.serin.server.outcome;

import dev.serin.server.outcome.aggregate.Place;
import java.util.function.ObjDoubleConsumer;

/**
 * A walk over exposures and outcomes; what it says is of the record it stands on. It stands before
 * the first one until {@link #next} is called. Not for several threads at a time.
 */
public interface RecordWalk {
  /** Goes on to the next record; false: there is none. */
  boolean next();

  /** Where the record counts. */
  Place place();

  /** Hash of its unit, as the place's sets have it. */
  long unit();

  /** Event time, milliseconds since 1970. */
  long timeMillis();

  /** Whether it is an exposure, which has no values; else it is an outcome. */
  boolean isExposure();

  /** Gives the values of an outcome by metric, as they were counted. */
  void values(ObjDoubleConsumer<String> values);
}
