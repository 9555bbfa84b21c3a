package dev.serin.server.rollout.control;

import dev.serin.server.catalog.Note;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.v1.AwaitedReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of a tale: its plan, and what others than the controller do, one thing after the other,
 * each when the run stands where it is told to. Immutable.
 *
 * @param key of its rollout and feature
 * @param stages as a document has them
 * @param more lines of the document; {@code @7} is the time 7 seconds after the tale's beginning
 * @param second of the tale, from 1, in which it is started
 * @param beats what happens, in this order
 */
record Script(String key, String stages, String more, int second, List<Beat> beats) {
  /** Where it does not matter where the run stands. */
  static final String ANYWHERE = "";

  /** As soon as it is started, before anybody comes. For the first beats. */
  static final String STARTED = "started";

  Script {
    beats = List.copyOf(beats);
  }

  Script(String key, String stages) {
    this(key, stages, "", 1, List.of());
  }

  /**
   * Something that happens once.
   *
   * @param standing with what the place where the run stands begins, and its stage, as {@code
   *     HOLDING(FROZEN) 1}. It has to be one that the run does not leave by itself at a second look
   *     in the same moment
   */
  record Beat(String standing, Act act) {}

  /** What somebody does. */
  interface Act {
    void in(Scene scene, String key);
  }

  /** Where it is done, and by whom. */
  record Scene(ControlWorld world, ControlWorld.Replica person) {}

  static final Act NOTHING = (scene, key) -> {};
  static final Act PAUSE = command(CommandKind.PAUSE);
  static final Act RESUME = command(CommandKind.RESUME);
  static final Act APPROVE = command(CommandKind.APPROVE);
  static final Act ADVANCE = command(CommandKind.ADVANCE);
  static final Act PROMOTE = command(CommandKind.PROMOTE);
  static final Act ROLL_BACK = command(CommandKind.ROLL_BACK);
  static final Act CANCEL = command(CommandKind.CANCEL);
  static final Act KILL =
      (scene, key) ->
          scene.world.catalog.kill(ControlWorld.NAMESPACE, key, new Note("eve", "stop"));
  static final Act REVIVE =
      (scene, key) ->
          scene.world.catalog.revive(ControlWorld.NAMESPACE, key, new Note("eve", "mended"));

  /** From now on all users with the treatment have errors, which they report. */
  static final Act WORSE =
      (scene, key) -> {
        scene.world.traffic.unreported.remove(key);
        scene.world.traffic.treatmentErrors.put(key, 1.0);
      };

  static final Act UNREPORTED = (scene, key) -> scene.world.traffic.unreported.add(key);
  static final Act REPORTED = (scene, key) -> scene.world.traffic.unreported.remove(key);
  static final Act SKEWED = (scene, key) -> scene.world.traffic.skewed.add(key);
  static final Act SILENT = (scene, key) -> scene.world.traffic.silent.add(key);
  static final Act WEBHOOK_SAYS_NO = (scene, key) -> scene.world.webhooks.sayingNo.add(key);
  static final Act WEBHOOK_PASSES = (scene, key) -> scene.world.webhooks.sayingNo.remove(key);

  /** Evidence of all runs is so old from now on. */
  static Act evidenceIsOld(Duration age) {
    return (scene, key) -> scene.world.traffic.age = Optional.of(age);
  }

  /** The rollout's document has other stages from now on, which concern its next run. */
  static Act edited(String stages) {
    return (scene, key) -> scene.world.apply(ControlWorld.rollout(key, stages, ""));
  }

  /** Some replica serves what was, and is waited for. */
  static final Act HOLDER_LAGS =
      (scene, key) ->
          scene.world.awaited =
              List.of(AwaitedReplica.newBuilder().setName("pid 7 on elsewhere").build());

  static final Act HOLDER_SERVES = (scene, key) -> scene.world.awaited = List.of();

  private static Act command(CommandKind kind) {
    return (scene, key) -> scene.person.command(kind, key);
  }

  /** The same by another name. */
  Script named(String other) {
    return new Script(other, stages, more, second, beats);
  }

  /** With these lines in its document. */
  Script with(String lines) {
    return new Script(key, stages, more + lines + "\n", second, beats);
  }

  Script startedIn(int later) {
    return new Script(key, stages, more, later, beats);
  }

  /** With one more thing that happens. */
  Script on(String standing, Act act) {
    List<Beat> all = new ArrayList<>(beats);
    all.add(new Beat(standing, act));
    return new Script(key, stages, more, second, all);
  }
}
