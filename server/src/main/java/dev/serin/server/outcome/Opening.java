package dev.serin.server.outcome;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.FieldViolation;
import dev.serin.server.outcome.ledger.Claim;
import dev.serin.server.outcome.ledger.Claimant;
import dev.serin.v1.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What is checked of a message as a whole: who sends it, and how its outcomes are numbered. */
final class Opening {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private final List<FieldViolation> violations = new ArrayList<>();

  private Opening() {}

  /**
   * Returns the claim of a session.
   *
   * @param first sequence of the first outcome, already checked
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST
   */
  static Claim claim(Session session, long first, long nowMillis, Claimant claimant) {
    Opening opening = new Opening();
    String producer = session.getProducer();
    if (producer.isEmpty() || producer.length() > OutcomeLimits.PRODUCER_CHARS_MAX) {
      opening.add(
          "session.producer",
          producer.length()
              + " characters (expected: 1 to "
              + OutcomeLimits.PRODUCER_CHARS_MAX
              + ")");
    }
    if (!UUID.matcher(session.getSession()).matches()) {
      opening.add(
          "session.session",
          Refusal.shown(session.getSession()) + " (expected: a UUID in lower case)");
    }
    long attempt = session.getAttempt();
    if (attempt < 0 || attempt > nowMillis + OutcomeLimits.ATTEMPT_AHEAD_MAX.toMillis()) {
      opening.add(
          "session.attempt",
          Long.toUnsignedString(attempt)
              + " (expected: at most a day ahead of the clock, in milliseconds since 1970)");
    }
    opening.done();
    return new Claim(producer, session.getSession(), attempt, first <= 1, claimant);
  }

  /**
   * Checks the sequence of a message's first outcome, and returns it.
   *
   * @param opens whether it is the first message, which may say it without outcomes
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST
   */
  static long first(long stated, int outcomes, boolean hasSession, boolean opens) {
    Opening opening = new Opening();
    if (!hasSession) {
      if (stated != 0) {
        opening.sequence(stated, "none without a session");
      }
    } else if (stated == 0 && outcomes > 0) {
      opening.sequence(stated, "1 or more with a session");
    } else if (stated != 0 && !StreamSequence.isSeries(stated, outcomes)) {
      opening.sequence(stated, "with its outcomes below 2^63");
    }
    opening.done();
    return opens && stated == 0 ? 1 : stated;
  }

  private void sequence(long stated, String expected) {
    add("first_sequence", Long.toUnsignedString(stated) + " (expected: " + expected + ")");
  }

  /**
   * Checks how many outcomes a message has.
   *
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST
   */
  static void outcomes(int count, int expectedMin) {
    if (count < expectedMin || count > OutcomeLimits.OUTCOMES_MAX) {
      throw ApiErrors.invalidRequest(
          "outcomes",
          count + " (expected: " + expectedMin + " to " + OutcomeLimits.OUTCOMES_MAX + ")");
    }
  }

  /**
   * Checks the watermark that a message states, and returns it in milliseconds since 1970; {@link
   * Reporter#NO_WATERMARK}: it states none.
   *
   * @throws dev.serin.server.error.ApiException INVALID_REQUEST
   */
  static long watermark(ReportedMessage message, long nowMillis) {
    Timestamp watermark = message.watermark();
    if (watermark == null) {
      return Reporter.NO_WATERMARK;
    }
    if (!Timestamps.isValid(watermark)) {
      throw ApiErrors.invalidRequest(
          "watermark",
          watermark.getSeconds() + " s and " + watermark.getNanos() + " ns (expected: a time)");
    }
    long millis = Timestamps.toMillis(watermark);
    if (millis > nowMillis + OutcomeLimits.AHEAD_MAX.toMillis()) {
      throw ApiErrors.invalidRequest(
          "watermark",
          Timestamps.toString(watermark)
              + " (expected: at most 1 minute ahead of the server's clock)");
    }
    return Math.max(0, millis);
  }

  private void add(String field, String description) {
    violations.add(FieldViolation.ofRequest(field, description));
  }

  private void done() {
    if (!violations.isEmpty()) {
      throw ApiErrors.invalidRequest(violations);
    }
  }
}
