package dev.serin.client.outcome;

import java.util.concurrent.atomic.AtomicLong;

/** The reporter's own counts: written by its thread, read by anybody. */
final class Tally {
  /** Acknowledged by the server, whatever became of them. */
  final AtomicLong settled = new AtomicLong();

  final AtomicLong refusedByServer = new AtomicLong();
  final AtomicLong displayed = new AtomicLong();
  final AtomicLong lost = new AtomicLong();
  final AtomicLong resends = new AtomicLong();
  final AtomicLong streams = new AtomicLong();

  /** Safe on disk at some time, those found there at the start included. */
  final AtomicLong kept = new AtomicLong();
}
