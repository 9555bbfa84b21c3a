package dev.serin.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command against a real server. */
class CommandLineIT {
  private static final String DOCUMENTS =
      """
      feature:
        key: new-checkout
        owner: payments
        variants:
          - {key: "off", value: false}
          - {key: "on", value: true}
        default_variant: "off"
        splits:
          - id: quarter
            weights:
              - {variant: "on", weight: 25}
              - {variant: "off", weight: 75}
        rules:
          - id: staff-first
            when: [{segment: staff}]
            serve: {variant: "on"}
          - id: adults
            when:
              - {attribute: country, equals: CN}
              - {attribute: age, number: {at_least: 18}}
            serve: {split: quarter}
      ---
      segment:
        key: staff
        included: [user-7]
      """;

  @TempDir private Path dir;
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer(dir);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void documents_appliedAndAsked_decide() {
    assertOk(
        server.runWith(DOCUMENTS, "apply", "-f-", "--dry-run"),
        """
        feature new-checkout: created
        segment staff: created
        2 documents would change, revision 1 (dry run)
        """);
    assertThat(server.run("get", "all").err()).isEqualTo("no documents in namespace default\n");
    assertOk(
        server.runWith(DOCUMENTS, "apply", "-f-", "--actor=ann", "--reason=first try"),
        """
        feature new-checkout: created
        segment staff: created
        2 documents changed, revision 2
        """);
    assertOk(
        server.runWith(DOCUMENTS, "apply", "-f-"), "nothing to change, 2 unchanged, revision 2\n");
    assertOk(
        server.run("get", "all"),
        """
        FEATURE       TYPE  VARIANTS  DEFAULT  STATE  OWNER     REVISION
        new-checkout  bool  off, on   off      on     payments         2

        SEGMENT  ATTRIBUTE  INCLUDED  EXCLUDED  CONDITIONS  REVISION
        staff    user_key          1         0           0         2
        """);

    Run decided = server.run("evaluate", "new-checkout", "-u", "user-7");
    assertThat(decided.out())
        .startsWith(
            """
            value             true
            variant           on
            reason            RULE
            rule              staff-first
            feature revision  2
            token\
            """);
    assertThat(server.run("evaluate", "-u", "user-8").out())
        .isEqualTo(
            """
            FEATURE       VALUE  VARIANT  REASON   RULE  FEATURE REVISION
            new-checkout  false  off      DEFAULT                       2
            """);
    Run why = server.run("explain", "new-checkout", "-u", "user-8", "-acountry=CN", "-aage:=18");
    assertThat(why.exitCode()).isZero();
    assertThat(why.out())
        .contains("✗ rule staff-first", "✓ rule adults", "✓ split quarter", " of 100, ")
        .contains("draw by user_key: 0.")
        .contains("reason    SPLIT by adults\narm       split\n");
  }

  @Test
  void printedDocument_appliedAgain_changesNothing() {
    server.runWith(DOCUMENTS, "apply", "-f-");
    String printed = server.run("get", "feature", "new-checkout").out();

    assertThat(printed).contains("salt: default/new-checkout/quarter");
    assertOk(
        server.runWith(printed, "apply", "-f-"), "nothing to change, 1 unchanged, revision 2\n");
  }

  @Test
  void feature_killedAndRevived_servesAccordingly() {
    server.runWith(DOCUMENTS, "apply", "-f-");

    assertOk(
        server.run("kill", "new-checkout", "--reason=errors"),
        "feature new-checkout: killed (revision 3)\n");
    assertOk(
        server.run("kill", "new-checkout"),
        "feature new-checkout: was killed already (revision 3)\n");
    assertThat(server.run("get", "features").out()).contains("  KILLED  ");
    assertThat(awaitReason("KILLED")).contains("value             false");

    assertOk(server.run("revive", "new-checkout"), "feature new-checkout: revived (revision 4)\n");
    assertThat(awaitReason("RULE")).contains("value             true");
    assertThat(server.run("history", "--limit=2").out())
        .containsPattern("(?m)^       4 .* revived +feature/new-checkout ")
        .containsPattern("(?m)^       3 .* killed +feature/new-checkout .*\\(errors\\)$");
  }

  @Test
  void changes_lookedBackAt_areRestored() {
    server.runWith(DOCUMENTS, "apply", "-f-");
    String wider =
        DOCUMENTS.replace("weight: 25", "weight: 50").replace("weight: 75", "weight: 50");

    assertOk(
        server.runWith(wider, "apply", "-f-", "--expect=2"),
        """
        feature new-checkout: updated
          - splits[0].weights[0].weight: 25
          + splits[0].weights[0].weight: 50
          - splits[0].weights[1].weight: 75
          + splits[0].weights[1].weight: 50
        1 document changed, 1 unchanged, revision 3
        """);
    Run late = server.runWith(DOCUMENTS, "apply", "-f-", "--expect=2");
    assertThat(late.exitCode()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(late.err()).contains("REVISION_CONFLICT", "revision 3", "mend: ");

    assertThat(server.run("get", "feature", "new-checkout", "--at=2").out()).contains("weight: 25");
    assertThat(server.run("restore", "--to=2", "--dry-run").out()).contains("(dry run)");
    Run restored = server.run("restore", "feature", "new-checkout", "--to=2");
    assertThat(restored.out()).contains("+ splits[0].weights[0].weight: 25", "revision 4");
    assertThat(server.run("history", "feature", "new-checkout", "-ojson").out())
        .contains("\"revision\": \"4\"", "\"revision\": \"2\"");
  }

  @Test
  void namespaces_createdCopiedAndEmptied_areDeleted() {
    server.runWith(DOCUMENTS, "apply", "-f-");

    assertOk(server.run("create", "namespace", "staging"), "namespace staging: created\n");
    assertThat(server.run("create", "namespace", "staging").exitCode())
        .isEqualTo(ExitCode.CONFLICT.code());
    assertThat(server.run("copy", "--to=staging", "feature/new-checkout").err())
        .contains("INVALID_DOCUMENT", "staff");
    assertThat(server.run("copy", "--to=staging").out()).contains("2 documents changed");
    assertThat(server.run("get", "namespaces").out()).contains("default ", "staging ");

    assertThat(server.run("delete", "segment", "staff", "-nstaging").err())
        .contains("DOCUMENT_IN_USE", "feature/new-checkout", "mend: ");
    assertOk(
        server.run("archive", "new-checkout", "-nstaging"),
        "feature new-checkout: archived (revision 3)\n");
    assertThat(server.run("get", "features", "-nstaging").out()).isEmpty();
    assertThat(server.run("get", "features", "-nstaging", "--archived").out()).contains("archived");
    assertThat(server.run("delete", "namespace", "staging").exitCode())
        .isEqualTo(ExitCode.REFUSED.code());
    assertThat(server.run("delete", "feature", "new-checkout", "-nstaging").exitCode()).isZero();
    assertThat(server.run("delete", "segment", "staff", "-nstaging").exitCode()).isZero();
    assertOk(server.run("delete", "namespace", "staging"), "namespace staging: deleted\n");
    assertThat(server.run("get", "features", "-nstaging").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void invalidDocuments_offlineAndOnline_areToldAlike() {
    String broken = DOCUMENTS.replace("weight: 75", "weight: 70").replace("[user-7]", "[]");
    String unknown = broken.replace("segment: staff", "segment: stuff");

    Run offline = Run.of(Run.NO_SERVER, unknown, false, "validate", "-f-");
    Run online = server.runWith(unknown, "validate", "-f-");
    Run applied = server.runWith(unknown, "apply", "-f-");

    assertThat(offline.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(offline.out())
        .contains("stdin:10:7: splits[0].weights: ", "stdin:15:15: rules[0].when[0].segment: ");
    assertThat(online).isEqualTo(offline);
    assertThat(applied.exitCode()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(applied.out()).isEqualTo(offline.out());
    assertThat(applied.err()).endsWith("nothing was changed\n");
    assertThat(server.run("get", "all").out()).isEmpty();
  }

  @Test
  void unknownThings_haveTheirExitCode() {
    for (String[] command :
        new String[][] {
          {"evaluate", "nope"},
          {"explain", "nope"},
          {"kill", "nope"},
          {"get", "feature", "nope"},
          {"get", "features", "-nnope"},
          {"restore", "--to=9999"}
        }) {
      Run run = server.run(command);
      assertThat(run.exitCode()).as(String.join(" ", command)).isEqualTo(3);
      assertThat(run.err()).contains("_NOT_FOUND: ", "mend: ");
    }
    assertThat(server.run("evaluate", "f", "-u", "x".repeat(2_000)).err())
        .contains("INVALID_REQUEST: user_key: ");
    server.close();
    assertThat(server.run("get", "features").exitCode()).isEqualTo(4);
  }

  /** What evaluating gives as soon as the reason is this one: a change arrives a moment later. */
  private String awaitReason(String reason) {
    long until = System.nanoTime() + 10_000_000_000L;
    String out;
    do {
      out = server.run("evaluate", "new-checkout", "-u", "user-7").out();
    } while (!out.contains("reason            " + reason) && System.nanoTime() < until);
    return out;
  }

  private static void assertOk(Run run, String out) {
    assertThat(run).isEqualTo(new Run(0, out, ""));
  }
}
