package dev.serin.engine;

import dev.serin.v1.Arm;
import dev.serin.v1.Reason;
import dev.serin.v1.Share;
import dev.serin.v1.Split;
import dev.serin.v1.WeightedVariant;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a split, or the live ranges of the run that moves it, into exact ranges of draws. */
final class SplitCompiler {
  private final String salt;
  private final Split split;
  private final @Nullable LiveRun run;
  private final long period;
  private final String defaultVariant;
  private final Unit unit;
  private final DecisionList decisions;
  private final String rule;

  /**
   * Makes a compiler for one place that serves a split.
   *
   * @param salt the split's salt
   * @param run the run that moves the split; null: its document decides
   * @param period revision that the split's counting period began with
   * @param rule id of the rule that serves the split; empty: the default rule
   */
  SplitCompiler(
      String salt,
      Split split,
      @Nullable LiveRun run,
      long period,
      String defaultVariant,
      Unit unit,
      DecisionList decisions,
      String rule) {
    this.salt = salt;
    this.split = split;
    this.run = run;
    // What a run moves is counted by run and stage.
    this.period = run == null ? period : 0;
    this.defaultVariant = defaultVariant;
    this.unit = unit;
    this.decisions = decisions;
    this.rule = rule;
  }

  SplitOutcome compile() {
    Decision missing = decisions.fixed(defaultVariant, Reason.REASON_TARGETING_KEY_MISSING, rule);
    if (run == null) {
      return new SplitOutcome(
          split.getId(),
          unit,
          salt,
          Totals.of(split),
          missing,
          documentRanges(),
          LiveRun.NEVER_STALE);
    }
    return new SplitOutcome(
        split.getId(),
        unit,
        run.keepBucketing() ? salt : Bucketing.runSalt(salt, run.runId()),
        run.shareOf(),
        missing,
        runRanges(run),
        run.staleAfterMillis());
  }

  /** Variant i owns [W, W + c * w) of its [W, W + w); the rest is not covered. */
  private List<SplitRange> documentRanges() {
    long total = Totals.of(split);
    Share coverage = split.hasCoverage() ? split.getCoverage() : Totals.WHOLE;
    BigInteger of = BigInteger.valueOf(Totals.of(coverage));
    BigInteger parts = BigInteger.valueOf(coverage.getParts());
    Ranges ranges = new Ranges(BigInteger.valueOf(total).multiply(of), total);
    Decision notCovered = drawn(defaultVariant, Reason.REASON_NOT_COVERED, Arm.ARM_NONE);
    long before = 0;
    for (WeightedVariant weighted : split.getWeightsList()) {
      BigInteger from = BigInteger.valueOf(before).multiply(of);
      BigInteger until = from.add(BigInteger.valueOf(weighted.getWeight()).multiply(parts));
      before += weighted.getWeight();
      Decision served = drawn(weighted.getVariant(), Reason.REASON_SPLIT, Arm.ARM_SPLIT);
      ranges.add(weighted.getVariant(), from, until, served, served);
      ranges.add(
          "not covered", until, BigInteger.valueOf(before).multiply(of), notCovered, notCovered);
    }
    return ranges.list;
  }

  /** The ranges of a two-armed run with the treatment's share t (docs/bucketing.md, Runs). */
  private List<SplitRange> runRanges(LiveRun run) {
    BigInteger end = BigInteger.valueOf(run.shareOf());
    Ranges ranges = new Ranges(end, run.shareOf());
    if (run.phase() != RunPhase.RUNNING) {
      String variant = run.phase() == RunPhase.COMPLETED ? run.treatment() : run.control();
      Decision all = drawn(variant, Reason.REASON_SPLIT, Arm.ARM_NONE);
      ranges.add(variant, BigInteger.ZERO, end, all, all);
      return ranges.list;
    }
    BigInteger share = BigInteger.valueOf(run.shareParts());
    BigInteger rest = end.subtract(share);
    Decision treatment = drawn(run.treatment(), Reason.REASON_SPLIT, Arm.ARM_TREATMENT);
    Decision surplus = drawn(run.treatment(), Reason.REASON_SPLIT, Arm.ARM_SURPLUS);
    Decision remainder = drawn(run.control(), Reason.REASON_SPLIT, Arm.ARM_REMAINDER);
    Decision control = drawn(run.control(), Reason.REASON_SPLIT, Arm.ARM_CONTROL);
    Decision stale = drawn(run.control(), Reason.REASON_STALE, Arm.ARM_NONE);
    if (share.compareTo(rest) <= 0) {
      ranges.add("treatment", BigInteger.ZERO, share, treatment, stale);
      ranges.add("remainder", share, rest, remainder, remainder);
      ranges.add("control", rest, end, control, control);
    } else {
      ranges.add("treatment", BigInteger.ZERO, rest, treatment, stale);
      ranges.add("surplus", rest, share, surplus, stale);
      ranges.add("control", share, end, control, control);
    }
    return ranges.list;
  }

  private Decision drawn(String variant, Reason reason, Arm arm) {
    String runId = run == null ? "" : run.runId();
    int stage = run == null ? 0 : run.stage();
    return decisions.drawn(
        variant,
        reason,
        rule,
        arm,
        new DecisionList.Drawn(split.getId(), runId, stage, period, unit));
  }

  /** Ranges being collected, as parts of a whole; empty ones are left out. */
  private static final class Ranges {
    private final BigInteger whole;
    private final String suffix;
    private final List<SplitRange> list = new ArrayList<>();

    /**
     * Begins with none.
     *
     * @param shown the total that buckets are shown of; ranges say when they count of another
     */
    Ranges(BigInteger whole, long shown) {
      this.whole = whole;
      this.suffix = whole.equals(BigInteger.valueOf(shown)) ? "" : " of " + whole;
    }

    void add(String name, BigInteger from, BigInteger until, Decision decision, Decision stale) {
      if (from.compareTo(until) < 0) {
        String label = name + " [" + from + ", " + until + ")" + suffix;
        list.add(new SplitRange(Bucketing.threshold(from, whole), label, decision, stale));
      }
    }
  }
}
