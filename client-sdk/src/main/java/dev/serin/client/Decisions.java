package dev.serin.client;

import com.google.protobuf.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The decisions of a whole namespace for one context, all from one snapshot.
 *
 * @param byFeature decision by feature key, in the order of keys; empty if there is an error
 * @param revision namespace revision of the snapshot; 0 if there is an error
 * @param error what went wrong; empty: nothing
 */
public record Decisions(
    Map<String, EvaluationDetails<Value>> byFeature,
    long revision,
    Optional<EvaluationError> error) {

  public Decisions {
    byFeature = Collections.unmodifiableMap(new LinkedHashMap<>(byFeature));
  }

  static Decisions failed(EvaluationError error) {
    return new Decisions(Map.of(), 0, Optional.of(error));
  }

  /**
   * These decisions, for callers who would rather fail than go on without.
   *
   * @throws EvaluationException if there is an {@link #error}
   */
  public Decisions orThrow() {
    if (error.isPresent()) {
      throw new EvaluationException(error.get());
    }
    return this;
  }
}
