package dev.serin.loadtest.faults;

import java.util.List;
import java.util.Map;

/**
 * What became of a plan of faults.
 *
 * @param done how often each kind happened
 * @param lives what the producers reported
 * @param counted what the servers counted
 */
record FaultReport(
    Map<FaultKind, Integer> done, Map<String, List<Life>> lives, Map<String, Counted> counted) {

  /** What breaks the rule, for people; empty: nothing does. */
  List<String> violations() {
    return Recount.violations(lives, counted);
  }
}
