/** Numbers for people: tables, medians, ratios. */
@NullMarked
package dev.serin.loadtest.report;

import org.jspecify.annotations.NullMarked;
