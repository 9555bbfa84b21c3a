package dev.serin.engine;

import dev.serin.v1.Rule;
import java.util.List;

/**
 * A rule, compiled.
 *
 * @param document the rule
 * @param id its id
 * @param when its conditions, in the document's order
 * @param outcome what it serves
 */
record CompiledRule(Rule document, String id, List<Clause> when, Outcome outcome) {}
