/**
 * Means and ratios, judged as often as one likes.
 *
 * <p>{@link dev.serin.server.analysis.mean.MeanTest} says whether a run shows a claim about
 * treatment and control: a regression beyond its margin, no regression beyond it, an improvement.
 * {@link dev.serin.server.analysis.mean.AlwaysValidDifference} is the two-sided figure for people.
 * Both rest on {@link dev.serin.server.analysis.mean.AsymptoticSequence}. All types are immutable.
 */
@NullMarked
package dev.serin.server.analysis.mean;

import org.jspecify.annotations.NullMarked;
