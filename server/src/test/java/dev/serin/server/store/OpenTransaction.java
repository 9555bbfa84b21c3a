package dev.serin.server.store;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/** A transaction that a test keeps open, with the locks that it has. */
public final class OpenTransaction {
  private static final int LIMIT_SECONDS = 60;

  private OpenTransaction() {}

  /**
   * Keeps it open until it is told to go on. PostgreSQL ends one that is idle for some seconds, as
   * that of a frozen process is: this one is not.
   */
  public static void until(Handle handle, CountDownLatch goOn) {
    try {
      for (int second = 0; !goOn.await(1, TimeUnit.SECONDS); second++) {
        if (second == LIMIT_SECONDS) {
          throw new AssertionError("not gone on within a minute");
        }
        handle.execute("SELECT 1");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
