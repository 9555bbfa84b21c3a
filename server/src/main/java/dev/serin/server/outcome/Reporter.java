package dev.serin.server.outcome;

/**
 * Who took outcomes in: a stream, or a batch. Told by other threads what becomes of them; none of
 * its methods may wait.
 */
interface Reporter {
  /** Stands for a watermark that was not stated. */
  long NO_WATERMARK = -1;

  /** Everything up to a sequence is durable. */
  void committed(long sequence);

  /** What is not durable will never be: this replica may count no more. */
  void dropped();

  /** Whether somebody else has its session: what is not durable must not be flushed. */
  boolean isFenced();
}
