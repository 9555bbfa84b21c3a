package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import dev.serin.server.rollout.webhook.Receiver;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.telemetry.LogFormat;
import dev.serin.server.telemetry.LogLevel;
import dev.serin.server.telemetry.Logs;
import dev.serin.v1.ApplyRolloutRequest;
import dev.serin.v1.ChangeNote;
import dev.serin.v1.CommandRolloutRequest;
import dev.serin.v1.Gate;
import dev.serin.v1.GateQuestion;
import dev.serin.v1.GetRolloutRequest;
import dev.serin.v1.Guardrail;
import dev.serin.v1.Notification;
import dev.serin.v1.Rollout;
import dev.serin.v1.RolloutCommand;
import dev.serin.v1.RolloutRun;
import dev.serin.v1.RolloutServiceGrpc;
import dev.serin.v1.RolloutServiceGrpc.RolloutServiceBlockingStub;
import dev.serin.v1.RolloutState;
import dev.serin.v1.RolloutTransition;
import dev.serin.v1.Stage;
import dev.serin.v1.StageKind;
import dev.serin.v1.StartRolloutRequest;
import dev.serin.v1.WebhookGate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.slf4j.event.KeyValuePair;

/** Webhooks and notifications of a rollout on a running server, and what its log says. */
class RolloutHooksTest {
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
              { "key": "errors", "kind": "METRIC_KIND_EVENT", "better": "BETTER_DIRECTION_LOWER" } ]
      } }
      """;

  private static final ChangeNote ADA =
      ChangeNote.newBuilder().setActor("ada").setReason("ticket 7").build();

  @TempDir Path directory;
  private final Receiver ci = new Receiver(Receiver.status(503, "starting"));
  private final Receiver chat = new Receiver(Receiver.status(200, ""));
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private RunningServer server;
  private RolloutServiceBlockingStub rollouts;

  @BeforeEach
  void start() throws Exception {
    Path secrets = Files.writeString(directory.resolve("secrets"), "ci=one\nchat=two\n");
    server = RunningServer.start(directory, "--rollout-tick=100ms", "--secrets=" + secrets);
    rollouts = RolloutServiceGrpc.newBlockingStub(server.channel());
    lines.start();
    logger().addAppender(lines);
    logger().setLevel(Level.INFO);
    server.apply(FEATURE);
  }

  @AfterEach
  void stop() throws IOException {
    logger().detachAppender(lines);
    logger().setLevel(null);
    assertThat(server.unlistedErrors()).isEmpty();
    server.close();
    ci.close();
    chat.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.serin.server.rollout.control");
  }

  private void begin() {
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
                    .setDwell(Durations.fromHours(1))
                    .addGates(
                        Gate.newBuilder()
                            .setWebhook(WebhookGate.newBuilder().setUrl(ci.url()).setSecret("ci"))))
            .addStages(
                Stage.newBuilder().setName("full").setKind(StageKind.STAGE_KIND_FULL).setShare(100))
            .addNotify(Notification.newBuilder().setUrl(chat.url()).setSecret("chat"))
            .build();
    rollouts.applyRollout(
        ApplyRolloutRequest.newBuilder().setRollout(rollout).setNote(ADA).build());
    rollouts.startRollout(
        StartRolloutRequest.newBuilder().setRollout("new-checkout").setNote(ADA).build());
  }

  private RolloutRun run() {
    return rollouts
        .getRollout(GetRolloutRequest.newBuilder().setRollout("new-checkout").build())
        .getRun();
  }

  private List<RolloutTransition> told() throws IOException {
    List<RolloutTransition> told = new ArrayList<>();
    for (Receiver.Received request : chat.received()) {
      RolloutTransition.Builder transition = RolloutTransition.newBuilder();
      JsonFormat.parser().merge(request.body(), transition);
      told.add(transition.build());
    }
    return told;
  }

  @Test
  void rollout_withWebhookAndNotifications_asksAndTellsInOrder() throws Exception {
    begin();
    Await.until("asked again", () -> ci.received().size() >= 2);
    assertThat(run().getState()).isEqualTo(RolloutState.ROLLOUT_STATE_GATE);

    ci.behave(Receiver.status(200, "all green"));
    Await.until("in its stage", () -> run().getState() == RolloutState.ROLLOUT_STATE_RUNNING);
    rollouts.commandRollout(
        CommandRolloutRequest.newBuilder()
            .setRollout("new-checkout")
            .setCommand(RolloutCommand.ROLLOUT_COMMAND_ROLL_BACK)
            .setNote(ADA)
            .build());
    Await.until(
        "told of the end",
        () -> told().stream().anyMatch(one -> one.getState().name().endsWith("ROLLED_BACK")));

    String run = run().getRunId();
    GateQuestion.Builder question = GateQuestion.newBuilder();
    JsonFormat.parser().merge(ci.received().getFirst().body(), question);
    assertThat(question.getRunId()).isEqualTo(run);
    assertThat(question.getStageName()).isEqualTo("canary");
    assertThat(ci.received())
        .allSatisfy(
            request -> assertThat(request.header(Webhooks.SIGNATURE_HEADER)).startsWith("t="));
    List<RolloutTransition> told = told();
    assertThat(told)
        .extracting(RolloutTransition::getNumber)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, told.size()).boxed().toList());
    assertThat(told)
        .extracting(RolloutTransition::getState)
        .startsWith(RolloutState.ROLLOUT_STATE_GATE)
        .contains(RolloutState.ROLLOUT_STATE_RUNNING, RolloutState.ROLLOUT_STATE_ROLLING_BACK)
        .endsWith(RolloutState.ROLLOUT_STATE_ROLLED_BACK);
    assertThat(told).allSatisfy(one -> assertThat(one.getRunId()).isEqualTo(run));
    List<ILoggingEvent> moves =
        List.copyOf(lines.list).stream()
            .filter(line -> keys(line).contains("phase=ROLLING_BACK"))
            .toList();
    assertThat(moves).hasSize(1);
    ILoggingEvent move = moves.getFirst();
    RolloutTransition rolledBack =
        told.stream()
            .filter(one -> one.getState() == RolloutState.ROLLOUT_STATE_ROLLING_BACK)
            .findFirst()
            .orElseThrow();
    assertThat(keys(move))
        .containsExactly(
            "namespace=default",
            "rollout=new-checkout",
            "run=" + run,
            "version=" + rolledBack.getNumber(),
            "actor=ada",
            "phase=ROLLING_BACK",
            "stage=1",
            "traffic=0 %");
    JsonNode json = new ObjectMapper().readTree(json(move));
    assertThat(json.path("formattedMessage").asText()).isEqualTo("rollout: rolled back: ticket 7");
    assertThat(
            json.path("kvpList")
                .valueStream()
                .flatMap(JsonNode::propertyStream)
                .map(pair -> pair.getKey() + "=" + pair.getValue().asText()))
        .containsExactlyElementsOf(keys(move));
  }

  /** The line as a server with {@code --log-format=json} writes it. */
  private static String json(ILoggingEvent line) {
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logs.configure(LogFormat.JSON, LogLevel.WARN);
    try {
      if (root.getAppender("stderr") instanceof ConsoleAppender<ILoggingEvent> console) {
        return new String(console.getEncoder().encode(line), StandardCharsets.UTF_8);
      }
      throw new AssertionError("no appender of standard error");
    } finally {
      Logs.configure(LogFormat.TEXT, LogLevel.WARN);
      SLF4JBridgeHandler.uninstall();
    }
  }

  private static List<String> keys(ILoggingEvent line) {
    List<KeyValuePair> pairs = line.getKeyValuePairs();
    return pairs == null
        ? List.of()
        : pairs.stream().map(pair -> pair.key + "=" + pair.value).toList();
  }
}
