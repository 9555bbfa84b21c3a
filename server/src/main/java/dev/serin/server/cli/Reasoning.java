package dev.serin.server.cli;

import dev.serin.v1.Arm;
import dev.serin.v1.Draw;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.ExplainResponse;
import dev.serin.v1.ExplainStep;
import java.util.Locale;

/** An explanation as a person reads it: the steps down, prerequisites and conditions indented. */
final class Reasoning {
  private static final String INDENT = "  ";

  private final Terminal terminal;

  Reasoning(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(String namespace, String feature, String userKey, ExplainResponse answer) {
    heading("namespace", namespace + revision(", revision ", answer.getRevision()));
    EvaluateResponse decision = answer.getDecision();
    heading("feature", feature + revision(", feature revision ", decision.getFeatureRevision()));
    heading(
        "user",
        userKey.isEmpty()
            ? terminal.dim("none")
            : userKey + terminal.dim(", hash " + answer.getUserKeyHash()));
    terminal.out().println();
    answer.getStepsList().forEach(step -> print(feature, step));
    terminal.out().println();
    heading("value", terminal.bold(Rendering.compact(decision.getValue())));
    heading("variant", decision.getVariant());
    heading("reason", reason(decision));
    heading("arm", arm(answer.getArm()));
    if (answer.hasPeriod()) {
      heading("period", period(answer.getPeriod()));
    }
  }

  /** The counting period that outcomes of the answer belong to. */
  private static String period(long revision) {
    return revision == 0
        ? "older than counting periods"
        : "since revision " + Texts.number(revision);
  }

  private String revision(String name, long revision) {
    return terminal.dim(name + Texts.number(revision));
  }

  private void print(String feature, ExplainStep step) {
    String indent = INDENT.repeat(step.getDepth());
    String mark = step.getMatched() ? terminal.green("✓") : terminal.dim("✗");
    String kind = step.getKind().name().replace("EXPLAIN_STEP_KIND_", "");
    String name = kind.toLowerCase(Locale.ROOT).replace('_', ' ');
    // The feature asked for is in the heading; prerequisites name themselves.
    boolean named = !step.getSubject().isEmpty() && !step.getSubject().equals(feature);
    String subject = named ? " " + step.getSubject() : "";
    String detail = step.getDetail().isEmpty() ? "" : terminal.dim(": ") + step.getDetail();
    terminal.out().println(indent + mark + " " + terminal.bold(name + subject) + detail);
    if (step.hasDraw()) {
      terminal.out().println(indent + INDENT + terminal.yellow(draw(step.getDraw())));
    }
  }

  private static String draw(Draw draw) {
    return String.format(
        Locale.ROOT,
        "draw by %s: %.6f, bucket %s of %s%s (0x%s, salt %s)",
        draw.getUnit(),
        draw.getPosition(),
        Integer.toUnsignedString(draw.getBucket()),
        Integer.toUnsignedString(draw.getTotal()),
        draw.getRange().isEmpty() ? "" : ", " + draw.getRange(),
        draw.getValue(),
        draw.getSalt());
  }

  private static String reason(EvaluateResponse decision) {
    String reason = EvaluateCommand.name(decision.getReason());
    return decision.getRule().isEmpty() ? reason : reason + " by " + decision.getRule();
  }

  private static String arm(Arm arm) {
    return arm.name().replace("ARM_", "").toLowerCase(Locale.ROOT);
  }

  private void heading(String name, String value) {
    terminal.out().println(terminal.dim("%-10s".formatted(name)) + value);
  }
}
