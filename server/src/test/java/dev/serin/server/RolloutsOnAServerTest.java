package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.Catalog;
import dev.serin.server.rollout.control.Commands;
import dev.serin.server.rollout.control.Controller;
import dev.serin.server.rollout.control.CountedView;
import dev.serin.server.rollout.control.GateWebhooks;
import dev.serin.server.rollout.control.LeaseWatcher;
import dev.serin.server.rollout.control.RunCatalog;
import dev.serin.server.rollout.control.Runs;
import dev.serin.server.rollout.gate.WebhookGates;
import dev.serin.server.rollout.journal.ControllerLease;
import dev.serin.server.rollout.journal.Journal;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.Phase;
import dev.serin.server.rollout.plan.PlanReader;
import dev.serin.server.rollout.webhook.Secrets;
import dev.serin.server.rollout.webhook.Webhooks;
import dev.serin.server.store.Database;
import dev.serin.server.store.PostgresServer;
import dev.serin.server.store.StoreConfig;
import dev.serin.server.store.TransactionObserver;
import dev.serin.v1.EvaluateRequest;
import dev.serin.v1.EvaluateResponse;
import dev.serin.v1.Outcome;
import dev.serin.v1.OutcomeServiceGrpc;
import dev.serin.v1.ReportOutcomeBatchRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two rollouts side by side on a server that answers real calls: users are given variants by
 * Evaluate, what happens to them comes back as outcomes, and the controller acts on what the server
 * has counted.
 */
class RolloutsOnAServerTest {
  private static final String ERRORS =
      """
      { "metric": { "key": "errors", "kind": "METRIC_KIND_EVENT",
          "better": "BETTER_DIRECTION_LOWER" } }
      """;

  /** Users of each feature in a round of calls. */
  private static final int USERS = 40;

  @TempDir Path directory;

  private static String feature(String key) {
    return """
    { "feature": { "key": "%s", "defaultVariant": "off",
        "variants": [ { "key": "off", "value": false }, { "key": "on", "value": true } ],
        "splits": [ { "id": "half", "weights": [ { "variant": "off", "weight": 50 },
            { "variant": "on", "weight": 50 } ] } ],
        "defaultRule": { "split": "half" } } }
    """
        .formatted(key);
  }

  private static String rollout(String key) {
    return """
    { "rollout": { "key": "%s", "feature": "%s", "split": "half", "treatment": "on",
        "control": "off", "guardrails": [ { "metric": "errors" } ],
        "stages": [
          { "name": "half", "kind": "STAGE_KIND_CANARY", "share": 50, "dwell": "5s",
            "minimumUsers": 50 },
          { "name": "full", "kind": "STAGE_KIND_FULL", "share": 100, "dwell": "1s",
            "minimumUsers": 20 } ] } }
    """
        .formatted(key, key);
  }

  @Test
  void rollouts_aGoodAndABadOne_arePromotedAndRolledBackByWhatUsersReport() throws Exception {
    String store = PostgresServer.shared().freshDatabase();
    StoreConfig config = new StoreConfig.Postgres(store, "", "");
    try (RunningServer server = RunningServer.start(directory, "--store=" + store);
        Database database = Database.open(config, TransactionObserver.NONE);
        WebhookGates gates =
            new WebhookGates(
                new Webhooks("test-gates", Secrets.none(), InstantSource.system()),
                System::nanoTime)) {
      server.apply(ERRORS, feature("good"), feature("bad"), rollout("good"), rollout("bad"));
      Journal journal = new Journal(database);
      InstantSource clock = InstantSource.system();
      Catalog catalog = new Catalog(database, PlanReader::violations, clock, new Random(5));
      RunCatalog seen = RunCatalog.of(catalog, (namespace, revision, staleAfter) -> List.of());
      ControllerLease lease = new ControllerLease(database, 77, "test");
      try (Controller controller =
          new Controller(
              new Controller.Setting(
                  journal,
                  lease,
                  seen,
                  catalog.serving(),
                  CountedView.of(server.server().outcomes()),
                  GateWebhooks.of(gates),
                  LeaseWatcher.NONE,
                  clock,
                  System::nanoTime,
                  Duration.ofMillis(200)))) {
        Commands commands =
            new Commands(
                journal,
                lease,
                seen,
                catalog.serving(),
                clock,
                new Random(6),
                controller::verdict,
                controller::wake);
        controller.start();
        commands.apply(start("good"));
        commands.apply(start("bad"));
        Runs runs = new Runs(journal);
        Callers callers = new Callers(server);
        Await.until(
            "both are over",
            () -> {
              callers.call("good", 0);
              callers.call("bad", 1);
              return isOver(runs, "good") && isOver(runs, "bad");
            });

        assertThat(runs.newest("default", "good").orElseThrow().require().state().phase())
            .isEqualTo(Phase.COMPLETED);
        assertThat(runs.newest("default", "bad").orElseThrow().require().state().phase())
            .isEqualTo(Phase.ROLLED_BACK);
        Await.until("all have the treatment", () -> callers.given("good").equals(List.of("on")));
        Await.until("nobody has it", () -> callers.given("bad").equals(List.of("off")));
        assertThat(server.unlistedErrors()).isEmpty();
      }
    }
  }

  private static Commands.Asked start(String rollout) {
    return new Commands.Asked(
        "default",
        rollout,
        CommandKind.START,
        OptionalLong.empty(),
        "ann",
        "",
        "",
        Optional.empty());
  }

  private static boolean isOver(Runs runs, String rollout) {
    return runs.newest("default", rollout).orElseThrow().require().state().phase().isOver();
  }

  /** Services that ask for each user, and report what happened. */
  private static final class Callers {
    private final RunningServer server;
    private int users;

    Callers(RunningServer server) {
      this.server = server;
    }

    /** A round of new users; those of the treatment have an error where it is 1. */
    void call(String feature, int errors) {
      ReportOutcomeBatchRequest.Builder outcomes = ReportOutcomeBatchRequest.newBuilder();
      for (int i = 0; i < USERS; i++) {
        String user = "user-" + users++;
        EvaluateResponse given = evaluate(feature, user);
        outcomes.addOutcomes(
            Outcome.newBuilder()
                .setDecisionToken(given.getDecisionToken())
                .setUnitKey(user)
                .putValues("errors", given.getVariant().equals("on") ? errors : 0));
      }
      OutcomeServiceGrpc.newBlockingStub(server.channel()).reportOutcomeBatch(outcomes.build());
    }

    private EvaluateResponse evaluate(String feature, String user) {
      return server
          .decisions()
          .evaluate(EvaluateRequest.newBuilder().setFeature(feature).setUserKey(user).build());
    }

    /** What some users are given, each once. */
    List<String> given(String feature) {
      return IntStream.range(0, USERS)
          .mapToObj(i -> evaluate(feature, "user-" + i).getVariant())
          .distinct()
          .toList();
    }
  }
}
