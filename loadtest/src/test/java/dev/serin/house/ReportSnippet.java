package dev.serin.house;

import dev.serin.client.EvaluationDetails;
import dev.serin.client.outcome.Outcome;
import dev.serin.client.outcome.OutcomeReporter;
import java.nio.file.Path;

/** The Java of the README's reporter; the lines below the comments stand there word for word. */
final class ReportSnippet {
  private ReportSnippet() {}

  static OutcomeReporter start() {
    // As in README.md.
    OutcomeReporter reporter =
        OutcomeReporter.builder("checkout-service")
            .target("127.0.0.1:8980")
            .plaintext()
            .spool(Path.of("outcomes"))
            .build();
    return reporter;
  }

  static void report(OutcomeReporter reporter, EvaluationDetails<Boolean> decision) {
    // As in README.md.
    reporter.report(Outcome.of(decision, "user-5").event("purchase").value("latency", 12.3));
  }
}
