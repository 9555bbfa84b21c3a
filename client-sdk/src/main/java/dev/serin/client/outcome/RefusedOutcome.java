package dev.serin.client.outcome;

import dev.serin.v1.RefusalReason;

/**
 * An outcome that was not counted, or only for display.
 *
 * @param outcome what was reported
 * @param reason why; one of a newer server that this client does not know is {@code UNRECOGNIZED}
 * @param description the value and what was expected
 * @param displayed true: it is counted for display, it is no evidence
 */
public record RefusedOutcome(
    Outcome outcome, RefusalReason reason, String description, boolean displayed) {}
