package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The dashboard and the alerts ask for what a running server shows. */
class MonitoringFilesTest {
  private static final Path FILES = Path.of("..", "docs", "monitoring");
  private static final String FEATURE =
      """
      { "feature": {
          "key": "checkout",
          "variants": [ { "key": "on", "value": true }, { "key": "off", "value": false } ],
          "default_variant": "off",
          "splits": [ { "id": "half", "weights": [
              { "variant": "on", "weight": 1 }, { "variant": "off", "weight": 99 } ] } ],
          "default_rule": { "split": "half" },
          "metrics": [
              { "key": "errors", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_LOWER" },
              { "key": "latency", "kind": "METRIC_KIND_QUANTILE",
                "better": "BETTER_DIRECTION_LOWER" },
              { "key": "satisfaction", "kind": "METRIC_KIND_MEAN",
                "better": "BETTER_DIRECTION_HIGHER" } ]
      } }
      """;

  /** Values of labels that a server shows when something is wrong. */
  private static final Map<String, Set<String>> KNOWN =
      Map.of(
          "state",
          Arrays.stream(Phase.values())
              .map(phase -> phase.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.toSet()),
          "code",
          Arrays.stream(Status.Code.values()).map(Enum::name).collect(Collectors.toSet()));

  @TempDir Path directory;
  private int users;

  /** A question that a file asks, and the names of labels that it shows of the answer. */
  private record Asked(String where, String expression, String shown) {}

  @Test
  void files_everyMeterLabelAndValue_isShownByARunningServer() throws Exception {
    Scraped scraped;
    try (RunningServer server = RunningServer.start(directory)) {
      begin(server);
      Await.until(
          "variants and evidence are shown",
          () -> {
            call(server);
            String text = server.get("/metrics").body();
            return text.contains("serin_rollout_rolled_back_timestamp_seconds{")
                && text.contains("serin_variant_traffic_share{")
                && text.contains("serin_variant_metric_quantile{")
                && text.contains("serin_rollout_evidence_log_e{");
          });
      scraped = new Scraped(server.get("/metrics").body(), KNOWN);
    }
    List<Asked> asked = new ArrayList<>(dashboard());
    asked.addAll(alerts());

    assertThat(asked).hasSizeGreaterThan(40);
    assertThat(asked)
        .allSatisfy(
            one ->
                assertThat(scraped.wrong(one.expression(), one.shown())).as(one.where()).isEmpty());
    Set<String> used = new TreeSet<>();
    asked.forEach(one -> used.addAll(Scraped.asked(one.expression())));
    assertThat(scraped.names())
        .filteredOn(name -> name.matches("serin_(rollout|rollouts|variant)_.*"))
        .as("meters of rollouts and variants that no file uses")
        .isSubsetOf(used);
  }

  @Test
  void scrapeConfiguration_ofThePage_namesAJobThatTheAlertsLookFor() throws IOException {
    String page = Files.readString(FILES.resolveSibling("monitoring.md"));
    int begin = page.indexOf("```yaml\n") + "```yaml\n".length();
    Object file =
        new Load(LoadSettings.builder().build())
            .loadFromString(page.substring(begin, page.indexOf("```", begin)));

    Object job = ((List<?>) of(file, "scrape_configs")).getFirst();
    assertThat((String) of(job, "job_name")).startsWith("serin");
    assertThat(of(job, "metrics_path")).isEqualTo("/metrics");
    assertThat(of(file, "rule_files")).isEqualTo(List.of("prometheus-alerts.yaml"));
    assertThat(alerts())
        .filteredOn(one -> one.where().equals("alert SerinNobodyActs"))
        .singleElement()
        .satisfies(one -> assertThat(one.expression()).contains("up{job=~\"serin.*\"}", "absent("));
  }

  @Test
  void questions_thatAreWrong_areFound() {
    Scraped scraped = new Scraped("serin_up{pool=\"a\"} 1.0\nserin_all 2.0\n", KNOWN);

    assertThat(scraped.wrong("sum by (pool) (serin_up{pool=\"a\"}) > 1", "{{pool}}")).isEmpty();
    assertThat(scraped.wrong("serin_up == 0 and serin_all > 1", "{{ $labels.pool }}")).isEmpty();
    assertThat(
            scraped.wrong(
                "(sum by (job) (serin_all) or 0 * up{job=~\"a.*\"}) < 1 or absent(serin_all)",
                "{{ $labels.job }}"))
        .isEmpty();
    assertThat(scraped.wrong("serin_down", "")).containsExactly("serin_down: no such meter");
    assertThat(scraped.wrong("serin_up{pol=\"a\"}", "")).hasSize(1);
    assertThat(scraped.wrong("serin_up{pool=\"b\"}", "")).hasSize(1);
    assertThat(scraped.wrong("sum by (pol) (serin_up)", "")).hasSize(1);
    assertThat(scraped.wrong("sum by (pool) (serin_up)", "{{instance}}")).hasSize(1);
    assertThat(scraped.wrong("summ(serin_up)", "")).containsExactly("summ: no such function");
  }

  private static void begin(RunningServer server) throws Exception {
    server.apply(FEATURE, FEATURE.replace("\"checkout\"", "\"search\""));
    ChangeNote ada = ChangeNote.newBuilder().setActor("ada").setReason("ticket 7").build();
    Rollout rollout =
        Rollout.newBuilder()
            .setKey("new-checkout")
            .setFeature("checkout")
            .setSplit("half")
            .setTreatment("on")
            .setControl("off")
            .addGuardrails(Guardrail.newBuilder().setMetric("errors"))
            .addStages(
                Stage.newBuilder()
                    .setName("canary")
                    .setKind(StageKind.STAGE_KIND_CANARY)
                    .setShare(40)
                    .setDwell(Durations.fromHours(1)))
            .addStages(
                Stage.newBuilder().setName("full").setKind(StageKind.STAGE_KIND_FULL).setShare(100))
            .build();
    var rollouts = RolloutServiceGrpc.newBlockingStub(server.channel());
    Rollout other = rollout.toBuilder().setKey("new-search").setFeature("search").build();
    for (Rollout one : List.of(rollout, other)) {
      rollouts.applyRollout(ApplyRolloutRequest.newBuilder().setRollout(one).setNote(ada).build());
      rollouts.startRollout(
          StartRolloutRequest.newBuilder().setRollout(one.getKey()).setNote(ada).build());
    }
    rollouts.commandRollout(
        CommandRolloutRequest.newBuilder()
            .setRollout("new-search")
            .setCommand(RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK)
            .setNote(ada)
            .build());
  }

  /** A few users come, and one outcome is refused. */
  private void call(RunningServer server) {
    ReportOutcomeBatchRequest.Builder batch = ReportOutcomeBatchRequest.newBuilder();
    for (int i = 0; i < 10; i++) {
      String user = "user-" + users++;
      EvaluateResponse answer =
          server
              .decisions()
              .evaluate(
                  EvaluateRequest.newBuilder().setFeature("checkout").setUserKey(user).build());
      batch.addOutcomes(
          Outcome.newBuilder()
              .setDecisionToken(answer.getDecisionToken())
              .setUnitKey(user)
              .putValues("errors", i == 0 ? 1 : 0)
              .putValues("latency", 10 + i)
              .putValues("satisfaction", 4));
    }
    batch.addOutcomes(Outcome.newBuilder().setFeature("unknown").setUnitKey("user"));
    assertThat(
            OutcomeServiceGrpc.newBlockingStub(server.channel())
                .reportOutcomeBatch(batch.build())
                .getRefusalsCount())
        .isEqualTo(1);
  }

  private static List<Asked> dashboard() throws IOException {
    Struct.Builder dashboard = Struct.newBuilder();
    JsonFormat.parser().merge(Files.readString(FILES.resolve("grafana-dashboard.json")), dashboard);
    List<Asked> asked = new ArrayList<>();
    Set<Double> ids = new TreeSet<>();
    for (Value panel : list(dashboard.build(), "panels")) {
      Struct fields = panel.getStructValue();
      assertThat(ids.add(fields.getFieldsOrThrow("id").getNumberValue())).as("its own id").isTrue();
      for (Value target : list(fields, "targets")) {
        asked.add(
            new Asked(
                "panel " + text(panel, "title"),
                text(target, "expr"),
                text(target, "legendFormat")));
      }
    }
    Struct templating = dashboard.getFieldsOrThrow("templating").getStructValue();
    for (Value variable : list(templating, "list")) {
      if (text(variable, "type").equals("query")) {
        String query = text(variable, "definition");
        int comma = query.lastIndexOf(',');
        String label = query.substring(comma + 1, query.length() - 1).strip();
        asked.add(
            new Asked(
                "variable " + text(variable, "name"),
                query.substring("label_values(".length(), comma),
                "{{" + label + "}}"));
      }
    }
    Struct annotations = dashboard.getFieldsOrThrow("annotations").getStructValue();
    for (Value annotation : list(annotations, "list")) {
      asked.add(
          new Asked(
              "annotation " + text(annotation, "name"),
              text(annotation, "expr"),
              text(annotation, "titleFormat")));
    }
    return asked;
  }

  private static List<Value> list(Struct fields, String name) {
    return fields
        .getFieldsOrDefault(name, Value.getDefaultInstance())
        .getListValue()
        .getValuesList();
  }

  private static String text(Value value, String field) {
    return value.getStructValue().getFieldsOrThrow(field).getStringValue();
  }

  private static List<Asked> alerts() throws IOException {
    Object file =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(FILES.resolve("prometheus-alerts.yaml")));
    String page = Files.readString(FILES.resolveSibling("monitoring.md"));
    List<Asked> asked = new ArrayList<>();
    for (Object group : (List<?>) of(file, "groups")) {
      for (Object rule : (List<?>) of(group, "rules")) {
        String name = (String) of(rule, "alert");
        assertThat(page).as("what is to be done about it").contains("`" + name + "`");
        assertThat((String) of(of(rule, "labels"), "severity")).isIn("page", "ticket", "info");
        asked.add(
            new Asked(
                "alert " + name,
                (String) of(rule, "expr"),
                (String) of(of(rule, "annotations"), "summary")));
      }
    }
    return asked;
  }

  private static Object of(Object map, String key) {
    Object value = ((Map<?, ?>) map).get(key);
    assertThat(value).as(key).isNotNull();
    return value;
  }
}
