package dev.serin.server.cli;

import dev.serin.v1.EvaluateAllRequest;
import dev.serin.v1.EvaluateAllResponse;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.FeatureDecision;
import dev.serin.v1.Reason;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decides one feature, or all of a namespace, for one user. */
@Command(
    name = "evaluate",
    description = {
      "Decide one feature, or all of the namespace, for one user.",
      "What is asked here counts as no exposure unless --expose is given."
    })
final class EvaluateCommand implements Callable<Integer> {
  /** As the API allows. */
  private static final int PAGE_SIZE = 1_000;

  private final Terminal terminal;
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final ContextOptions context = new ContextOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "FEATURE",
      description = "Key of the feature; without it all are decided.")
  private @Nullable String feature;

  @Option(names = "--expose", description = "Count the answer as an exposure of this user.")
  private boolean expose;

  EvaluateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (Session session = call.open()) {
      if (feature == null) {
        all(session);
      } else {
        one(session, feature);
      }
    }
    return ExitCode.OK.code();
  }

  private void one(Session session, String feature) {
    EvaluateResponse decision =
        session
            .decisions()
            .evaluate(
                EvaluateRequest.newBuilder()
                    .setNamespace(call.namespace())
                    .setFeature(feature)
                    .setUserKey(context.userKey())
                    .setAttributes(context.attributes())
                    .setRecordExposure(expose)
                    .build());
    output.print(
        terminal,
        decision,
        () -> {
          print("value", terminal.bold(Rendering.compact(decision.getValue())));
          print("variant", decision.getVariant());
          print("reason", name(decision.getReason()));
          print("rule", decision.getRule());
          print("decision id", decision.getDecisionId());
          print("feature revision", Long.toUnsignedString(decision.getFeatureRevision()));
          print("token", decision.getDecisionToken());
        });
  }

  private void all(Session session) {
    EvaluateAllRequest.Builder request =
        EvaluateAllRequest.newBuilder()
            .setNamespace(call.namespace())
            .setUserKey(context.userKey())
            .setAttributes(context.attributes())
            .setPageSize(PAGE_SIZE);
    EvaluateAllResponse.Builder all = EvaluateAllResponse.newBuilder();
    String token;
    do {
      EvaluateAllResponse page = session.decisions().evaluateAll(request.build());
      all.addAllDecisions(page.getDecisionsList()).setRevision(page.getRevision());
      token = page.getNextPageToken();
      request.setPageToken(token);
    } while (!token.isEmpty());
    output.print(
        terminal,
        all.build(),
        () -> {
          Table table =
              new Table("FEATURE", "VALUE", "VARIANT", "REASON", "RULE", ">FEATURE REVISION");
          for (FeatureDecision one : all.getDecisionsList()) {
            EvaluateResponse decision = one.getDecision();
            table.row(
                one.getFeature(),
                Rendering.brief(decision.getValue()),
                decision.getVariant(),
                name(decision.getReason()),
                decision.getRule(),
                Long.toUnsignedString(decision.getFeatureRevision()));
          }
          table.lines(terminal).forEach(terminal.out()::println);
        });
  }

  private void print(String name, String value) {
    if (!value.isEmpty()) {
      terminal.out().println(terminal.dim("%-18s".formatted(name)) + value);
    }
  }

  /** The reason as people say it. */
  static String name(Reason reason) {
    return reason.name().replaceFirst("^REASON_", "");
  }
}
