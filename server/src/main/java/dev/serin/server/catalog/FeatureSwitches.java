package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;

/**
 * Whether a feature answers by its rules at all.
 *
 * @param present true: there is such a feature, archived or not
 * @param archived true: it is there and nobody is served it
 * @param disabled true: its document says that everybody gets the off variant
 * @param killed true: its kill switch is set
 * @param actor who set or lifted the kill switch last; empty: nobody ever did
 * @param reason why; may be empty
 * @param revision namespace revision of that; 0: nobody ever did
 */
public record FeatureSwitches(
    boolean present,
    boolean archived,
    boolean disabled,
    boolean killed,
    String actor,
    String reason,
    long revision) {
  /** Those of a feature that is not there and never was. */
  static final FeatureSwitches ABSENT = new FeatureSwitches(false, false, false, false, "", "", 0);

  /** Whether it is there, not archived, enabled and not killed. */
  public boolean isOn() {
    return present && !archived && !disabled && !killed;
  }

  static FeatureSwitches of(NamespaceState state, String feature) {
    DocumentId id = DocumentIds.feature(feature);
    StoredVersion version = state.documents().get(id);
    KillRows.Kill kill = state.kills().get(feature);
    return new FeatureSwitches(
        version != null,
        version != null && version.archived(),
        version != null && version.document().getFeature().getDisabled(),
        kill != null && kill.killed(),
        kill == null ? "" : kill.note().actor(),
        kill == null ? "" : kill.note().reason(),
        kill == null ? 0 : kill.revision());
  }
}
