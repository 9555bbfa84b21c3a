/**
 * AnalysisService: what the outcomes say, to people and programs. Evidence is copied out of the
 * aggregates, figures are made of it by the statistics, and messages of the figures; whatever has
 * no figure says why.
 */
@NullMarked
package dev.serin.server.report;

import org.jspecify.annotations.NullMarked;
