package dev.serin.engine;

import dev.serin.v1.Prerequisite;
import java.util.List;

/**
 * A prerequisite, compiled.
 *
 * @param feature key of the other feature
 * @param place its place among the snapshot's prerequisites
 * @param variants the variants of it that meet the prerequisite
 */
record CompiledPrerequisite(String feature, int place, List<String> variants) {
  static CompiledPrerequisite of(Prerequisite prerequisite, SchemaBuilder schema) {
    return new CompiledPrerequisite(
        prerequisite.getFeature(),
        schema.feature(prerequisite.getFeature()),
        List.copyOf(prerequisite.getVariantsList()));
  }

  /** Returns whether this call's user gets one of the variants. */
  boolean isMet(EvaluationContext context) {
    String variant = context.prerequisite(place).variant();
    for (int i = 0; i < variants.size(); i++) {
      if (variants.get(i).equals(variant)) {
        return true;
      }
    }
    return false;
  }
}
