/**
 * Exact tests of counts of users, valid however often one looks: e-processes, their bounds, and
 * what must be true of the data before they are believed.
 *
 * <p>An e-process is a number that starts at 1, that one may look at at any time, and that under
 * the null hypothesis ever exceeds 1/α with probability at most α. All of them are given as natural
 * logarithms, here called log e-values. Everything counts users, each once; {@code treatment} and
 * {@code control} are numbers of distinct users unless said otherwise. All types are immutable.
 */
@NullMarked
package dev.serin.server.analysis.count;

import org.jspecify.annotations.NullMarked;
