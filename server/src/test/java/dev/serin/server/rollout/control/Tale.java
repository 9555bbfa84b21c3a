package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.NAMESPACE;
import static dev.serin.server.rollout.control.ControlWorld.feature;
import static dev.serin.server.rollout.control.ControlWorld.rollout;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.catalog.FeatureName;
import dev.serin.server.rollout.control.Script.Act;
import dev.serin.server.rollout.control.Script.Scene;
import dev.serin.server.rollout.machine.Event;
import dev.serin.server.rollout.machine.Event.CommandKind;
import dev.serin.server.rollout.machine.MachineState;
import dev.serin.server.rollout.machine.RolloutMachine;
import dev.serin.server.rollout.machine.Step;
import dev.serin.server.rollout.machine.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Runs side by side and what happens to them until they are over, which can be told again and
 * again: whatever dies meanwhile, the same is left of them. Immutable.
 *
 * @param looks how often controllers look; all runs have to be over after the last
 * @param step time between looks
 * @param acts what happens to all runs, by the look before which it does, from 1
 * @param jumps time before a look that is not {@code step}
 */
record Tale(
    String name,
    int looks,
    Duration step,
    List<Script> scripts,
    Map<Integer, Act> acts,
    Map<Integer, Duration> jumps) {
  private static final Pattern TIME = Pattern.compile("@(\\d+)");
  private static final String NOTIFY = "notify: [{url: \"http://all\"}, {url: \"http://too\"}]";

  /** Of a tale whose looks are many. */
  private static final int FEW_USERS = 40;

  Tale {
    scripts = List.copyOf(scripts);
    acts = Map.copyOf(acts);
    jumps = Map.copyOf(jumps);
  }

  Tale(String name, int looks, List<Script> scripts) {
    this(name, looks, ControlWorld.TICK, scripts, Map.of(), Map.of());
  }

  Tale every(Duration time) {
    return new Tale(name, looks, time, scripts, acts, jumps);
  }

  Tale at(int look, Act act) {
    Map<Integer, Act> all = new HashMap<>(acts);
    all.put(look, act);
    return new Tale(name, looks, step, scripts, all, jumps);
  }

  Tale jump(int look, Duration time) {
    Map<Integer, Duration> all = new HashMap<>(jumps);
    all.put(look, time);
    return new Tale(name, looks, step, scripts, acts, all);
  }

  @Override
  public String toString() {
    return name;
  }

  /** An entry of a log, without what a look says of users, of whom some may be seen later. */
  record Entry(String move, String actor, long millis) {}

  /**
   * What is left of a run.
   *
   * @param served as {@link ControlWorld#served}
   * @param toBeTold as {@link ControlWorld#toBeTold}
   * @param asked which questions its webhooks were asked: whoever asks again asks the same
   */
  record Left(List<Entry> log, List<String> served, List<String> toBeTold, Set<String> asked) {
    List<String> moves() {
      return log.stream().map(Entry::move).toList();
    }

    /**
     * Requires that it is the same; a second look in the moment of a death may be the one of the
     * next moment.
     */
    void assertSameAs(Left usual, Duration earlier, String told) {
      assertThat(moves()).as(told).isEqualTo(usual.moves());
      assertThat(served).as(told).isEqualTo(usual.served);
      assertThat(toBeTold).as(told).isEqualTo(usual.toBeTold);
      assertThat(asked).as(told).isEqualTo(usual.asked);
      for (int i = 0; i < log.size(); i++) {
        assertThat(log.get(i).actor).as(told).isEqualTo(usual.log.get(i).actor);
        assertThat(usual.log.get(i).millis - log.get(i).millis)
            .as("%s: %s", told, log.get(i))
            .isBetween(0L, earlier.toMillis());
      }
    }
  }

  /** Tells it once. */
  Map<String, Left> tell(ControlWorld world, Deaths deaths) {
    Instant begin = world.now;
    begin(world, begin);
    Scene scene = new Scene(world, world.process());
    ControlWorld.Replica process = world.new Replica(deaths);
    Map<String, Integer> positions = new HashMap<>();
    for (int look = 1; look <= looks; look++) {
      world.pass(jumps.getOrDefault(look, step));
      acts.getOrDefault(look, Script.NOTHING).in(scene, "");
      for (Script script : scripts) {
        if (look == script.second()) {
          positions.put(script.key(), start(scene, script, deaths));
        } else if (look > script.second()) {
          positions.computeIfPresent(
              script.key(), (key, position) -> beat(scene, script, position));
        }
      }
      process = deaths.look(world, process);
    }
    return end(world, begin);
  }

  /** Tells it with deaths; the same must be left as where nobody dies. */
  void tellAsUsual(ControlWorld world, Deaths deaths, Map<String, Left> usual) {
    Map<String, Left> left = tell(world, deaths);
    assertThat(left.keySet()).isEqualTo(usual.keySet());
    Duration earlier = step.multipliedBy(deaths.died.size());
    left.forEach(
        (run, one) ->
            one.assertSameAs(
                requireNonNull(usual.get(run)), earlier, run + ", deaths at " + deaths.died));
  }

  private void begin(ControlWorld world, Instant begin) {
    world.dismiss();
    world.awaited = List.of();
    world.traffic.beginAgain();
    world.traffic.usersAtATime = looks > FEW_USERS ? FEW_USERS : Traffic.USERS_PER_SECOND;
    world.webhooks.asked.clear();
    world.webhooks.sayingNo.clear();
    world.webhooks.passing = true;
    List<String> documents = new ArrayList<>();
    for (Script script : scripts) {
      documents.add(feature(script.key()));
      documents.add(rollout(script.key(), script.stages(), timed(script.more(), begin) + NOTIFY));
    }
    world.apply(documents.toArray(String[]::new));
  }

  private static String timed(String text, Instant begin) {
    return TIME.matcher(text)
        .replaceAll(
            at ->
                LocalDateTime.ofInstant(
                        begin.plusSeconds(Long.parseLong(at.group(1))), ZoneOffset.UTC)
                    .toString());
  }

  /** Starts a run; how many beats are of that. */
  private static int start(Scene scene, Script script, Deaths deaths) {
    String key = script.key();
    scene.person().command(CommandKind.START, key);
    deaths.named(scene.world().run(key).stored().origin().run(), key);
    int position = 0;
    while (position < script.beats().size()
        && script.beats().get(position).standing().equals(Script.STARTED)) {
      script.beats().get(position).act().in(scene, key);
      position++;
    }
    return position;
  }

  /** The next thing that happens to a run, if it stands where it is to; how many have happened. */
  private static int beat(Scene scene, Script script, int position) {
    if (position == script.beats().size()) {
      return position;
    }
    MachineState state = scene.world().run(script.key()).state();
    Script.Beat next = script.beats().get(position);
    if (!(Transitions.standing(state) + " " + state.stage()).startsWith(next.standing())) {
      return position;
    }
    next.act().in(scene, script.key());
    return position + 1;
  }

  private Map<String, Left> end(ControlWorld world, Instant begin) {
    Map<String, Left> left = new LinkedHashMap<>();
    for (Script script : scripts) {
      String key = script.key();
      assertThat(world.run(key).state().phase().isOver())
          .as("%s, %s is over: %s", name, key, world.story(key))
          .isTrue();
      world.assertWhole(key);
      FeatureName feature = new FeatureName(NAMESPACE, key);
      if (requireNonNull(world.catalog.switches(Set.of(feature)).get(feature)).killed()) {
        Script.REVIVE.in(new Scene(world, world.process()), key);
      }
      left.put(
          key,
          new Left(
              entries(world, key, begin),
              world.served(key),
              world.toBeTold(key),
              asked(world, key)));
    }
    return left;
  }

  private static Set<String> asked(ControlWorld world, String key) {
    Set<String> asked = new TreeSet<>();
    world.webhooks.asked.stream()
        .filter(gate -> gate.rollout().equals(key))
        .forEach(gate -> asked.add(gate.id().entry() + ": " + gate.id().gate()));
    return asked;
  }

  private static List<Entry> entries(ControlWorld world, String key, Instant begin) {
    return world.log(key).stream()
        .map(
            entry ->
                new Entry(
                    entry.stored().number()
                        + " "
                        + named(entry.event().orElseThrow())
                        + ": "
                        + entry.stored().phase()
                        + "("
                        + entry.stored().stage()
                        + ")",
                    entry.stored().actor(),
                    entry.stored().timeMillis() - begin.toEpochMilli()))
        .toList();
  }

  private static String named(Event event) {
    return switch (event) {
      case Event.Command command -> command.kind().name();
      case Event.Tick tick -> "TICK";
      case Event.GateResult result -> result.passed() ? "GATE" : "NO";
      case Event.HoldersAcknowledged acknowledged -> "ACKNOWLEDGED";
    };
  }

  /** The transitions that the logs of all its runs lead through, each with who made it first. */
  Map<String, String> transitions(ControlWorld world) {
    Map<String, String> transitions = new TreeMap<>();
    for (Script script : scripts) {
      RunView run = world.run(script.key());
      RolloutMachine machine = new RolloutMachine(run.plan());
      List<LoggedEntry> log = world.log(script.key());
      MachineState state =
          MachineState.pending(Instant.ofEpochMilli(log.getFirst().stored().timeMillis()));
      for (LoggedEntry entry : log) {
        Step.Moved moved =
            (Step.Moved)
                machine.apply(
                    state,
                    entry.event().orElseThrow(),
                    Instant.ofEpochMilli(entry.stored().timeMillis()));
        transitions.putIfAbsent(
            Transitions.named(run.plan(), state, moved), name + "/" + script.key());
        state = moved.state();
      }
    }
    return transitions;
  }
}
