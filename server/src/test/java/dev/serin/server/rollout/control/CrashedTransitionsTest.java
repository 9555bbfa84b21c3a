package dev.serin.server.rollout.control;

import static dev.serin.server.rollout.control.ControlWorld.ERRORS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.rollout.control.Deaths.Place;
import dev.serin.server.rollout.machine.Transitions;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Controllers that die wherever they come to while runs move in every way that the machine knows:
 * others go on over the same store, and what is left of the runs is what is left where nobody dies.
 */
class CrashedTransitionsTest {
  /** No fewer than there are points, so that the points of one move are in different tellings. */
  private static final int PARTS = StepPoints.Point.values().length;

  @TempDir Path directory;

  static List<Tale> tales() {
    return Tales.all();
  }

  /** A transition that is new to the machine has to be told of. */
  @Test
  void tales_leadThroughEveryTransitionOfTheMachine() {
    Map<String, String> told = new TreeMap<>();
    try (ControlWorld world = world(TestStore.SQLITE)) {
      for (Tale tale : Tales.all()) {
        tale.tell(world, Deaths.none());
        tale.transitions(world).forEach(told::putIfAbsent);
      }
    }

    assertThat(told.keySet()).isEqualTo(Transitions.all());
  }

  @ParameterizedTest
  @MethodSource("tales")
  void death_atEachPlaceOfATale_changesNothingOfWhatIsLeft(Tale tale) {
    try (ControlWorld world = world(TestStore.SQLITE)) {
      Deaths nobody = Deaths.none();
      Map<String, Tale.Left> usual = tale.tell(world, nobody);
      Set<Place> died = new HashSet<>();
      for (int i = 0; i < PARTS; i++) {
        int part = i;
        Deaths deaths = new Deaths(place -> place.part(PARTS) == part);
        tale.tellAsUsual(world, deaths, usual);
        died.addAll(deaths.died);
      }

      assertThat(died).containsAll(nobody.passed);
    }
  }

  /** Of the store that is elsewhere, and slower: all of them die in one telling. */
  @ParameterizedTest
  @MethodSource("tales")
  void death_onPostgresAtEveryPlace_changesNothingOfWhatIsLeft(Tale tale) {
    try (ControlWorld world = world(TestStore.POSTGRESQL)) {
      Map<String, Tale.Left> usual = tale.tell(world, Deaths.none());
      tale.tellAsUsual(world, new Deaths(place -> true), usual);
    }
  }

  private ControlWorld world(TestStore kind) {
    ControlWorld world = new ControlWorld(kind.fresh(directory));
    world.apply(ERRORS);
    return world;
  }
}
