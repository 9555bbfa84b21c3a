package dev.serin.server.outcome.ledger;

import dev.serin.server.store.Database;
import dev.serin.server.store.Priority;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has all replicas keep half of the units where the view of this one holds too many: writes the row
 * of the next generation, unless another replica was first. What the store has then holds, whoever
 * wrote it, and whatever the answer to the commit was. For one thread.
 */
final class Thinner {
  private static final Logger log = LoggerFactory.getLogger(Thinner.class);

  private final Database database;
  private final Incarnation me;
  private final ViewBounds bounds;
  private final Follower follower;
  private final ReplicaRows replicas;
  private final ThinningRows rows;

  Thinner(Database database, Incarnation me, ViewBounds bounds, Follower follower) {
    this.database = database;
    this.me = me;
    this.bounds = bounds;
    this.follower = follower;
    replicas = new ReplicaRows(database.dialect());
    rows = new ThinningRows(database.dialect());
  }

  /** To be called when the view has just followed the others: its sizes are what all will show. */
  void turn() {
    ThinningRow next = bounds.exceeded();
    if (next == null) {
      return;
    }
    try {
      boolean first =
          database.write(
              Priority.CATALOG,
              handle -> replicas.isLive(handle, me.id()) && rows.insert(handle, me.id(), next));
      if (first) {
        log.info(
            "outcomes: too many units; from generation {} on one in {} is kept",
            next.generation(),
            1L << next.level());
      }
    } finally {
      follower.thin();
    }
  }
}
