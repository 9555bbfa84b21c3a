package dev.serin.client.outcome;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Where a reporter has its time and its randomness from.
 *
 * @param pace clocks and waits
 * @param jitter draws from [0, 1), on the reporter's thread
 * @param sessions draws the UUIDs of sessions
 */
record Sources(Pace pace, DoubleSupplier jitter, Supplier<UUID> sessions) {
  static Sources ofMachine() {
    return new Sources(
        Pace.ofMachine(), () -> ThreadLocalRandom.current().nextDouble(), UUID::randomUUID);
  }
}
