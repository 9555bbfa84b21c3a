package dev.serin.server.catalog;

import dev.serin.server.error.FieldViolation;
import dev.serin.v1.Rollout;
import java.util.List;

/** Says what is wrong with a rollout by itself; told to the catalog by those who own rollouts. */
@FunctionalInterface
public interface RolloutCheck {
  /** Every violation, by the document's own fields; none: it may be stored. Pure. */
  List<FieldViolation> violations(Rollout rollout);
}
