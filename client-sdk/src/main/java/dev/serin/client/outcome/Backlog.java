package dev.serin.client.outcome;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * What has been taken from the queue and is not acknowledged, in order, and whose session it is.
 * Each outcome has a place: 1, 2, 3, …, for good. Used by the reporter's thread only; what fails on
 * the way to a disk is thrown as {@link java.io.UncheckedIOException}.
 */
interface Backlog extends AutoCloseable {
  /** The session as it was last kept. */
  ReportSession session();

  /** Keeps a session, as durably as the outcomes are, before it is used. */
  void keep(ReportSession session);

  /** Place of the oldest; {@link #next} where there is none. */
  long first();

  /** Place that the next outcome gets. */
  long next();

  /** How many it found at the start. */
  long recovered();

  /** How many of those it found at the start could not be read. */
  default long damaged() {
    return 0;
  }

  /** True: what it holds outlives the process. */
  boolean isDurable();

  /**
   * Takes all of them; they are as durable as they will be when it returns.
   *
   * @return false: there is no room, none was taken
   */
  boolean append(List<ByteString> outcomes);

  /**
   * Outcomes from a place on, at least one where there is one.
   *
   * @param from place, at least {@link #first}
   * @param maxBytes of them as they stand in a message
   */
  List<ByteString> read(long from, int maxOutcomes, int maxBytes);

  /** Forgets everything up to a place, which is below {@link #next}. */
  void acknowledge(long through);

  @Override
  void close();
}
