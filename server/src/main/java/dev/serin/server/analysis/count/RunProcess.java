package dev.serin.server.analysis.count;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * R, the process of a run: users who had the event in the run, each counted once, with the share
 * their arms had when they were.
 *
 * <p>Where the share is the same in several stages (1/2 for every stage with an equal-size control)
 * their sets are one process; each other share adds a factor over users who are in no earlier set
 * of any arm, and the remainder is one: a user of it who had the event has had it. That users are
 * new is the caller's part: with the same users in two factors the product is no e-process, and
 * where the remainder falls to the treatment its users would all be the treatment's. Counts of
 * different shares are never pooled, which a falling base rate would bias.
 *
 * @param parts one for each share; equal shares are added up
 */
public record RunProcess(List<Part> parts) {
  /** Adds up what has the same share. */
  public RunProcess {
    List<Part> distinct = new ArrayList<>();
    for (Part part : parts) {
      int at = 0;
      while (at < distinct.size() && distinct.get(at).share() != part.share()) {
        at++;
      }
      if (at == distinct.size()) {
        distinct.add(part);
      } else {
        distinct.set(at, new Part(part.share(), distinct.get(at).users().plus(part.users())));
      }
    }
    parts = List.copyOf(distinct);
  }

  /**
   * Users with the event who were first seen to have it under one share.
   *
   * @param share the treatment's share of both arms, above 0 and below 1
   * @param users with the event, who had it under no other share, in whatever arm or the remainder
   */
  public record Part(double share, ArmCounts users) {
    /**
     * Checks the share.
     *
     * @throws IllegalArgumentException where it is outside its range
     */
    public Part {
      RateTest.checkShare("share", share);
    }
  }

  /**
   * The log e-value against a regression beyond a margin.
   *
   * @param margin relative, 0 or more
   */
  public double logE(double margin) {
    return logE(share -> RateTest.regression(share, margin));
  }

  /**
   * The same with tests that are kept.
   *
   * @param tests by the treatment's share, all of one margin
   */
  public double logE(DoubleFunction<RateTest> tests) {
    double sum = 0;
    for (Part part : parts) {
      sum += tests.apply(part.share()).logE(part.users());
    }
    return sum;
  }

  /** With the arms changed over: for events that are good, where fewer are worse. */
  public RunProcess swapped() {
    return new RunProcess(
        parts.stream().map(part -> new Part(1 - part.share(), part.users().swapped())).toList());
  }

  /** Users with the event over all shares, for display only. */
  public ArmCounts users() {
    return parts.stream().map(Part::users).reduce(ArmCounts.NONE, ArmCounts::plus);
  }
}
