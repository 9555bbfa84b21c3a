package dev.serin.server.report;

import java.util.List;

/**
 * A split as it is compared.
 *
 * @param id its id
 * @param variants keys of its variants, in its order
 * @param run id of the run that moves it, or did so last; empty: none
 * @param period the counting period that is open, the revision it began with; 0: the split is older
 *     than counting periods are
 */
public record ReportedSplit(String id, List<String> variants, String run, long period) {
  /** Keeps a copy. */
  public ReportedSplit {
    variants = List.copyOf(variants);
  }
}
