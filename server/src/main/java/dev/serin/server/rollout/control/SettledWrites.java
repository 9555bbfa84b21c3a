package dev.serin.server.rollout.control;

import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.error.ErrorReason;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.journal.Request;
import dev.serin.server.rollout.journal.Written;
import java.util.Optional;
import java.util.function.Supplier;

/** Writes of commands: where the store is lost meanwhile, it is asked what came of them. */
record SettledWrites(Journal journal) {
  /**
   * What came of a write.
   *
   * @throws ApiException what the write throws; {@code CHANGE_UNCERTAIN} where nobody knows whether
   *     it was done
   */
  Written write(Request request, Supplier<Written> write) {
    try {
      return write.get();
    } catch (ApiException e) {
      if (e.reason() != ErrorReason.STORE_UNAVAILABLE) {
        throw e;
      }
      return settled(request, e);
    }
  }

  private Written settled(Request request, ApiException lost) {
    Optional<Written> written;
    try {
      written = journal.settled(request);
    } catch (ApiException _) {
      throw ApiErrors.changeUncertain(lost);
    }
    return written.orElseThrow(() -> lost);
  }
}
