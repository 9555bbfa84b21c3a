package dev.serin.server.cli;

import dev.serin.server.catalog.ParsedDocuments;
import dev.serin.server.rollout.forecast.Baseline;
import dev.serin.server.rollout.forecast.RolloutForecast;
import dev.serin.v1.Document;
import dev.serin.v1.Metric;
import dev.serin.v1.MetricBaseline;
import dev.serin.v1.PlanRolloutRequest;
import dev.serin.v1.PlanRolloutResponse;
import dev.serin.v1.Rollout;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Forecasts how long the stages of a rollout take, before it is started. */
@Command(
    name = "plan",
    description = {
      "Forecast how long each stage of a rollout takes to be decided, and what it can see.",
      "With --users-per-second alone no server is asked; what it has counted fills in the rest.",
      "Kinds and directions of metrics are those of documents beside the rollout, or the server's.",
      "Times are approximate, for users who are all new and traffic that is steady."
    })
final class PlanCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private final CallOptions call = new CallOptions();
  @Mixin private final FilesOption files = new FilesOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--users-per-second",
      paramLabel = "N",
      description = "New users that reach the split (default: the server's last hour).")
  private @Nullable Double usersPerSecond;

  @Option(
      names = "--baseline",
      paramLabel = "METRIC=VALUE",
      description = {
        "What the control shows: errors=0.005 for an event, as a share of users;",
        "latency=120:300 for a mean and its deviation between users. Repeatable."
      })
  private Map<String, String> baselines = new LinkedHashMap<>();

  @Option(
      names = "--rollout",
      paramLabel = "KEY",
      description = "Which rollout, where the files hold several.")
  private String key = "";

  PlanCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ParsedDocuments parsed = files.read(terminal);
    boolean serverNamed = spec.commandLine().getParseResult().hasMatchedOption("--server");
    if (usersPerSecond != null && !serverNamed) {
      double users = usersPerSecond;
      return answer(
          RolloutFile.read(parsed, key, List.of()), (file, stated) -> offline(file, stated, users));
    }
    if (!parsed.errors().isEmpty()) {
      FilesOption.print(terminal, parsed.errors());
      return ExitCode.REFUSED.code();
    }
    try (Session session = call.open()) {
      Set<String> features = ValidateCommand.featuresOfRollouts(parsed);
      List<Document> served = ServedDocuments.of(session, call.namespace(), features);
      return answer(
          RolloutFile.read(parsed, key, served),
          (file, stated) -> asked(session, parsed, file.document(), stated));
    }
  }

  private int answer(
      RolloutFile.Reading reading,
      BiFunction<RolloutFile, Map<String, Baseline>, PlanRolloutResponse> forecast) {
    return switch (reading) {
      case RolloutFile.Reading.Wrong wrong -> {
        FilesOption.print(terminal, wrong.errors());
        yield ExitCode.REFUSED.code();
      }
      case RolloutFile.Reading.Sound sound -> {
        sound.file().checkMetrics("--baseline", baselines.keySet());
        print(sound.file(), forecast.apply(sound.file(), stated()));
        yield ExitCode.OK.code();
      }
    };
  }

  private void print(RolloutFile file, PlanRolloutResponse answer) {
    output.print(
        terminal,
        answer,
        () ->
            ForecastText.lines(file.document().getKey(), answer, terminal)
                .forEach(terminal.out()::println));
  }

  private Map<String, Baseline> stated() {
    Map<String, Baseline> stated = new LinkedHashMap<>();
    baselines.forEach((metric, text) -> stated.put(metric, baseline(metric, text)));
    return stated;
  }

  private static Baseline baseline(String metric, String text) {
    BaselineText stated = BaselineText.read(metric, text);
    try {
      return stated.deviation().isPresent()
          ? new Baseline.Mean(stated.value(), stated.deviation().getAsDouble())
          : new Baseline.Event(stated.value());
    } catch (IllegalArgumentException outside) {
      throw new CommandFailure(
          ExitCode.USAGE, "--baseline " + metric + "=" + text + ": " + outside.getMessage());
    }
  }

  private PlanRolloutResponse asked(
      Session session, ParsedDocuments parsed, Rollout rollout, Map<String, Baseline> stated) {
    List<MetricBaseline> messages =
        stated.entrySet().stream().map(entry -> entry.getValue().message(entry.getKey())).toList();
    PlanRolloutRequest.Builder request =
        PlanRolloutRequest.newBuilder()
            .setNamespace(call.namespace())
            .setRollout(rollout)
            .addAllBaselines(messages)
            .addAllMetrics(metrics(parsed, rollout));
    if (usersPerSecond != null) {
      request.setUsersPerSecond(usersPerSecond);
    }
    return session.analysis().planRollout(request.build());
  }

  /** What the files say of the rollout's metrics. */
  private static List<Metric> metrics(ParsedDocuments parsed, Rollout rollout) {
    Set<String> judged = new HashSet<>();
    rollout.getGuardrailsList().forEach(metric -> judged.add(metric.getMetric()));
    rollout.getSuccessMetricsList().forEach(metric -> judged.add(metric.getMetric()));
    rollout.getSignalsList().forEach(metric -> judged.add(metric.getMetric()));
    rollout.getCircuitBreakersList().forEach(metric -> judged.add(metric.getMetric()));
    return parsed.toDocuments().stream()
        .filter(document -> document.hasMetric() && judged.contains(document.getMetric().getKey()))
        .map(Document::getMetric)
        .toList();
  }

  private static PlanRolloutResponse offline(
      RolloutFile file, Map<String, Baseline> stated, double usersPerSecond) {
    try {
      return RolloutForecast.of(file.plan(), file.known(), usersPerSecond, stated, List.of());
    } catch (IllegalArgumentException outside) {
      throw new CommandFailure(ExitCode.USAGE, "--users-per-second: " + outside.getMessage());
    }
  }
}
