package dev.serin.server.catalog;

import dev.serin.engine.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Turns compiled snapshots into what the call path serves. Pure; called by the refresher's thread
 * only, never on the call path.
 *
 * @param <S> what is served
 */
@FunctionalInterface
public interface SnapshotPreparation<S> {
  /**
   * Prepares a snapshot.
   *
   * @param previous what was prepared for the namespace before; null: nothing
   */
  S prepare(Snapshot snapshot, @Nullable S previous);
}
