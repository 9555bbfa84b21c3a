package dev.serin.server.analysis;

/** What is concluded about the world behind the outcomes, as opposed to what was counted. */
public interface Inference {
  /** How often it may be looked at. */
  default Validity validity() {
    return Validity.SINGLE_LOOK;
  }
}
