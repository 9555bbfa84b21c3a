package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.SHORT_STAGES;
import static dev.serin.server.rollout.control.Script.ADVANCE;
import static dev.serin.server.rollout.control.Script.ANYWHERE;
import static dev.serin.server.rollout.control.Script.APPROVE;
import static dev.serin.server.rollout.control.Script.CANCEL;
import static dev.serin.server.rollout.control.Script.HOLDER_LAGS;
import static dev.serin.server.rollout.control.Script.HOLDER_SERVES;
import static dev.serin.server.rollout.control.Script.KILL;
import static dev.serin.server.rollout.control.Script.NOTHING;
import static dev.serin.server.rollout.control.Script.PAUSE;
import static dev.serin.server.rollout.control.Script.PROMOTE;
import static dev.serin.server.rollout.control.Script.REPORTED;
import static dev.serin.server.rollout.control.Script.RESUME;
import static dev.serin.server.rollout.control.Script.REVIVE;
import static dev.serin.server.rollout.control.Script.ROLL_BACK;
import static dev.serin.server.rollout.control.Script.SILENT;
import static dev.serin.server.rollout.control.Script.SKEWED;
import static dev.serin.server.rollout.control.Script.STARTED;
import static dev.serin.server.rollout.control.Script.UNREPORTED;
import static dev.serin.server.rollout.control.Script.WEBHOOK_PASSES;
import static dev.serin.server.rollout.control.Script.WEBHOOK_SAYS_NO;
import static dev.serin.server.rollout.control.Script.WORSE;
import static dev.serin.server.rollout.control.Script.edited;
import static dev.serin.server.rollout.control.Script.evidenceIsOld;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Tales that together lead through every transition of the machine. */
final class Tales {
  private static final String RUNNING = "RUNNING 1";
  private static final String VERDICT = "HOLDING(VERDICT) 1";
  private static final String STALE = "HOLDING(STALE_EVIDENCE) 1";
  private static final String FROZEN = "HOLDING(FROZEN) 1";
  private static final String MAXIMUM = "HOLDING(MAXIMUM) 1";
  private static final String KILLED = "HOLDING(KILLED) 1";
  private static final String GATE = "GATE 1";
  private static final String REFUSED = "GATE(refused) 1";
  private static final String PAUSED = "PAUSED 1";

  /** Left when there is evidence of it. */
  private static final String SHORT = "dwell: 1s, minimum_users: 1";

  /** Not left by itself. */
  private static final String LONG = "dwell: 1h, minimum_users: 1";

  /** Of which nothing is ever enough. */
  private static final String ENDLESS = "dwell: 1s, minimum_users: 1000000000";

  private static final String WEBHOOK = ", gates: [{webhook: {url: \"http://ci.example.com\"}}]";
  private static final Duration OLD = Duration.ofSeconds(20);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  /** Of looks ten seconds apart, after which a period of ten minutes is over. */
  private static final int A_PERIOD = 62;

  private Tales() {}

  static List<Tale> all() {
    return List.of(
        beforeAnyStage(),
        standing(),
        paused(),
        killed(),
        takenBack(),
        atAGate(),
        refused(),
        everyGate(),
        held(),
        heldInTurn(),
        withOldEvidence(),
        oldAndNewEvidence(),
        frozen(),
        thawed(),
        thawedWithOldEvidence(),
        atMaximum(),
        atMaximumFurther(),
        forLong(),
        forLongWithOldEvidence());
  }

  /** Three stages, of which the first two are like this. */
  private static Script script(String key, String first, String second) {
    return new Script(
        key,
        """
        - {name: canary, kind: canary, share: 10, %s}
        - {name: half, kind: expand, share: 50, %s}
        - {name: full, kind: full, share: 100, dwell: 1h}
        """
            .formatted(first, second));
  }

  private static Script script(String key, String first) {
    return script(key, first, LONG);
  }

  /** A run that a person has in its last stage, which is like this. */
  private static Script last(String key, String last) {
    return new Script(
            key,
            """
            - {name: canary, kind: canary, share: 10, dwell: 1h}
            - {name: full, kind: full, share: 100, %s}
            """
                .formatted(last))
        .on(ANYWHERE, PROMOTE);
  }

  /** A run that comes to a place, with everything that may become of it there. */
  private static List<Script> everyWayOn(Script run, String place) {
    List<Script> ways = new ArrayList<>(everyWayDown(run, place));
    ways.add(way(run, "pause").on(place, PAUSE).on(PAUSED, RESUME).on(place, CANCEL));
    ways.add(way(run, "advance").on(place, ADVANCE).on(ANYWHERE, CANCEL));
    ways.add(way(run, "promote").on(place, PROMOTE).on(ANYWHERE, CANCEL));
    ways.add(way(run, "kill").on(place, KILL).on(KILLED, REVIVE).on(place, CANCEL));
    return ways;
  }

  private static List<Script> everyWayDown(Script run, String place) {
    return List.of(
        way(run, "roll").on(place, ROLL_BACK),
        way(run, "cancel").on(place, CANCEL),
        way(run, "worse").on(place, WORSE));
  }

  private static Script way(Script run, String name) {
    return run.named(run.key() + "-" + name);
  }

  private static List<Script> and(List<Script> some, Script... others) {
    return Stream.concat(some.stream(), Stream.of(others)).toList();
  }

  /** Where there is nothing to take back. */
  private static Tale beforeAnyStage() {
    Script run = script("zero", LONG + ", gates: [{approval: \"\"}]");
    Script paused = run.named("zero-rest").on("GATE 0", PAUSE);
    Script killed = run.named("zero-kill").on("GATE 0", KILL);
    Script refused = script("zero-no", LONG + WEBHOOK).on(STARTED, WEBHOOK_SAYS_NO);
    return new Tale(
        "before any stage",
        7,
        List.of(
            way(run, "roll").on("GATE 0", ROLL_BACK),
            way(run, "cancel").on("GATE 0", CANCEL),
            way(run, "advance").on("GATE 0", ADVANCE).on(RUNNING, CANCEL),
            way(run, "promote").on("GATE 0", PROMOTE).on("RUNNING 3", CANCEL),
            way(paused, "roll").on("PAUSED 0", ROLL_BACK),
            way(paused, "cancel").on("PAUSED 0", CANCEL),
            way(killed, "roll").on("HOLDING(KILLED) 0", ROLL_BACK),
            way(killed, "cancel").on("HOLDING(KILLED) 0", CANCEL),
            way(refused, "roll").on("GATE(refused) 0", ROLL_BACK),
            way(refused, "cancel").on("GATE(refused) 0", CANCEL),
            way(refused, "advance").on("GATE(refused) 0", ADVANCE).on(RUNNING, CANCEL),
            way(refused, "promote").on("GATE(refused) 0", PROMOTE).on("RUNNING 3", CANCEL)));
  }

  private static Tale standing() {
    return new Tale(
        "in a stage",
        8,
        and(
            everyWayOn(script("run", LONG), RUNNING),
            last("run-over", "dwell: 1h").on("RUNNING 2", ADVANCE),
            // Whoever goes on does so by the documents of its start.
            script("run-edited", LONG)
                .on(RUNNING, edited(SHORT_STAGES))
                .on(RUNNING, NOTHING)
                .on(RUNNING, NOTHING)
                .on(RUNNING, NOTHING)
                .on(RUNNING, CANCEL)));
  }

  private static Tale paused() {
    Script run = script("rest", LONG).on(RUNNING, PAUSE);
    return new Tale(
        "paused",
        7,
        and(
            everyWayDown(run, PAUSED),
            way(run, "kill").on(PAUSED, KILL).on(KILLED, REVIVE).on(PAUSED, CANCEL)));
  }

  private static Tale killed() {
    Script run = script("kill", LONG);
    Script killed = run.on(RUNNING, KILL);
    return new Tale(
        "killed",
        7,
        List.of(
            way(killed, "roll").on(KILLED, ROLL_BACK),
            way(killed, "cancel").on(KILLED, CANCEL),
            // Nobody comes any more, so that what is bad comes just before.
            way(run, "worse").on(RUNNING, WORSE).on(RUNNING, KILL)));
  }

  private static Tale takenBack() {
    return new Tale(
            "taken back while a replica serves what was",
            9,
            List.of(
                script("back-roll", LONG).on(RUNNING, ROLL_BACK),
                script("back-worse", LONG).on(RUNNING, WORSE)))
        .at(1, HOLDER_LAGS)
        .at(6, HOLDER_SERVES);
  }

  private static Tale atAGate() {
    return new Tale(
        "at a gate",
        9,
        and(
            everyWayOn(script("gate", SHORT, LONG + ", gates: [{approval: \"\"}]"), GATE),
            script("gate-approved", SHORT, LONG + ", gates: [{approval: \"\"}]")
                .on(GATE, APPROVE)
                .on("RUNNING 2", CANCEL)));
  }

  private static Tale refused() {
    Script run = script("no", SHORT, LONG + WEBHOOK).on(STARTED, WEBHOOK_SAYS_NO);
    return new Tale(
        "refused",
        9,
        and(
            everyWayOn(run, REFUSED),
            way(run, "again")
                .on(
                    REFUSED,
                    (scene, key) -> {
                      WEBHOOK_PASSES.in(scene, key);
                      RESUME.in(scene, key);
                    })
                .on("RUNNING 2", CANCEL)));
  }

  /** Before the first stage, one after the other; two of them wait for others of these runs. */
  private static Tale everyGate() {
    Script every =
        new Script(
            "every",
            """
            - name: canary
              kind: canary
              share: 10
              dwell: 1s
              minimum_users: 1
              gates:
              - {approval: ""}
              - {bake: 1s}
              - {webhook: {url: "http://ci.example.com"}}
              - {feature: every-feature}
              - {rollout: every-rollout}
            - {name: full, kind: full, share: 100, dwell: 1s}
            """);
    return new Tale(
        "every gate",
        14,
        List.of(
            every.on("GATE 0", APPROVE).startedIn(2),
            script("every-feature", LONG)
                .on(RUNNING, KILL)
                .on(KILLED, NOTHING)
                .on(KILLED, NOTHING)
                .on(KILLED, NOTHING)
                .on(KILLED, REVIVE)
                .on(RUNNING, CANCEL),
            new Script(
                "every-rollout",
                """
                - {name: canary, kind: canary, share: 10, dwell: 1s, minimum_users: 1}
                - {name: full, kind: full, share: 100, dwell: 1s}
                """)));
  }

  /** Nobody reports what is judged. */
  private static Tale held() {
    Script run = script("held", SHORT).on(STARTED, UNREPORTED);
    return new Tale("held by its verdict", 9, everyWayOn(run, VERDICT));
  }

  private static Tale heldInTurn() {
    Script run = script("turn", SHORT).on(STARTED, UNREPORTED);
    return new Tale(
        "held by one thing after the other",
        10,
        List.of(
            way(run, "better").on(VERDICT, REPORTED).on("RUNNING 2", CANCEL),
            way(run, "other")
                .on(VERDICT, SKEWED)
                .on(VERDICT, NOTHING)
                .on(VERDICT, NOTHING)
                .on(VERDICT, NOTHING)
                .on(VERDICT, NOTHING)
                .on(VERDICT, CANCEL)));
  }

  private static Tale withOldEvidence() {
    return new Tale(
            "held for old evidence",
            8,
            and(
                everyWayOn(script("old", LONG), STALE),
                script("old-overdue", ENDLESS + ", maximum: 2s").on(MAXIMUM, CANCEL),
                script("old-taken-back", ENDLESS + ", maximum: 2s, at_maximum: roll_back"),
                last("old-over", "dwell: 1h").on("HOLDING(STALE_EVIDENCE) 2", ADVANCE)))
        .at(1, evidenceIsOld(OLD));
  }

  private static Tale oldAndNewEvidence() {
    return new Tale(
            "held for old evidence and by its verdict",
            11,
            List.of(
                script("flip-old", SHORT).on(STARTED, UNREPORTED).on(STALE, CANCEL),
                script("flip-new", LONG).startedIn(6).on(STALE, NOTHING).on(RUNNING, CANCEL),
                script("flip-bad", LONG).startedIn(6).on(STARTED, SKEWED).on(VERDICT, CANCEL)))
        .at(5, evidenceIsOld(OLD))
        .at(9, evidenceIsOld(Duration.ZERO));
  }

  private static Tale frozen() {
    return new Tale(
        "frozen",
        8,
        everyWayOn(
            script("ice", SHORT).with("freezes: [{from: @2, until: @60, zone: UTC}]"), FROZEN));
  }

  private static Script thawing(String key, String first) {
    return script(key, first).with("freezes: [{from: @2, until: @6, zone: UTC}]");
  }

  private static Tale thawed() {
    String hold = SHORT + ", maximum: 1s";
    return new Tale(
        "frozen until the freeze ends",
        9,
        List.of(
            thawing("thaw-good", SHORT).on("RUNNING 2", CANCEL),
            thawing("thaw-bad", SHORT).on(FROZEN, SKEWED).on(VERDICT, CANCEL),
            thawing("thaw-overdue", hold).on(FROZEN, SKEWED).on(MAXIMUM, CANCEL),
            thawing("thaw-taken-back", hold + ", at_maximum: roll_back").on(FROZEN, SKEWED)));
  }

  private static Tale thawedWithOldEvidence() {
    return new Tale(
            "frozen until the freeze ends, with old evidence",
            9,
            List.of(thawing("melt", SHORT).on(STALE, CANCEL)))
        .at(4, evidenceIsOld(OLD));
  }

  private static Tale atMaximum() {
    Script run = script("most", ENDLESS + ", maximum: 2s");
    return new Tale(
        "at its maximum",
        9,
        and(everyWayOn(run, MAXIMUM), way(run, "again").on(MAXIMUM, RESUME).on(RUNNING, CANCEL)));
  }

  private static Tale atMaximumFurther() {
    String shipped = ENDLESS + ", maximum: 2s, at_maximum: ship";
    String taken = ", maximum: 3s, at_maximum: roll_back";
    return new Tale(
        "at its maximum, further",
        9,
        List.of(
            script("end-shipped", shipped).on("RUNNING 2", CANCEL),
            script("end-asked", shipped, LONG + ", gates: [{approval: \"\"}]").on(GATE, CANCEL),
            last("end-complete", shipped),
            last("end-waits", ENDLESS + ", maximum: 2s").on("HOLDING(MAXIMUM) 2", ADVANCE),
            script("end-taken-back", ENDLESS + taken),
            script("end-held-back", SHORT + taken).on(STARTED, UNREPORTED),
            script("end-held", SHORT + ", maximum: 3s")
                .on(STARTED, UNREPORTED)
                .on(MAXIMUM, CANCEL)));
  }

  /** Until a period of evidence is over, and nobody looks for a minute. */
  private static Tale forLong() {
    return new Tale(
            "for long",
            A_PERIOD + 4,
            List.of(
                forLong(script("long-run", ENDLESS), RUNNING),
                forLong(script("long-rest", ENDLESS).on(RUNNING, PAUSE), PAUSED),
                forLong(script("long-held", SHORT).on(STARTED, UNREPORTED), VERDICT),
                forLong(
                    script("long-ice", SHORT)
                        .with("freezes: [{from: @2, until: @9000, zone: UTC}]"),
                    FROZEN),
                forLong(script("long-most", ENDLESS + ", maximum: 10s"), MAXIMUM),
                forLong(script("long-gate", SHORT, LONG + ", gates: [{approval: \"\"}]"), GATE),
                forLong(
                    script("long-no", SHORT, LONG + WEBHOOK).on(STARTED, WEBHOOK_SAYS_NO), REFUSED),
                last("long-over", "dwell: 1h")
                    .on("RUNNING 2", SILENT)
                    .on("HOLDING(VERDICT) 2", ADVANCE)))
        .every(TEN_SECONDS)
        .jump(A_PERIOD + 2, Duration.ofMinutes(1));
  }

  private static Tale forLongWithOldEvidence() {
    return new Tale(
            "for long with old evidence",
            A_PERIOD + 4,
            List.of(forLong(script("elder", ENDLESS), STALE)))
        .every(TEN_SECONDS)
        .at(1, evidenceIsOld(OLD))
        .jump(A_PERIOD + 2, Duration.ofMinutes(1));
  }

  /** Nothing happens to it where it stands but that time passes, until all of that is over. */
  private static Script forLong(Script run, String place) {
    Script waiting = run;
    long begun = run.beats().stream().filter(beat -> beat.standing().equals(STARTED)).count();
    while (waiting.beats().size() - begun < A_PERIOD + 1) {
      waiting = waiting.on(ANYWHERE, NOTHING);
    }
    return waiting.on(place, CANCEL);
  }
}
