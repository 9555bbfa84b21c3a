package dev.serin.house;

import dev.serin.client.Context;
import dev.serin.client.EvaluationDetails;
import dev.serin.client.SerinClient;

/** The Java of the README's tour; the lines below the comment stand there word for word. */
final class TourSnippet {
  private TourSnippet() {}

  static void run() {
    // As in README.md.
    try (SerinClient serin = SerinClient.builder("127.0.0.1:8980").plaintext().build()) {
      Context user = Context.user("user-5").with("country", "CN").with("app_version", "2.4.1");
      boolean on = serin.evaluate("new-checkout", user, false);
      EvaluationDetails<Boolean> details = serin.evaluateDetails("new-checkout", user, false);
      System.out.println(on + " because of " + details.reason() + " by " + details.rule());
    }
  }
}
