package dev.serin.server.decision;

/** What the call path answers an Evaluate with. */
sealed interface Answer permits ServedDecision, DrawnDecision, Refusal {}
