package dev.serin.server.rollout.control;

import dev.serin.server.rollout.control.StepPoints.Point;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The deaths of the controllers of one telling of a tale: where one of them comes to a place for
 * the first time and the place is said to be deadly, it dies, and another one goes on over the same
 * store.
 */
final class Deaths implements ControllerSteps {
  private final Predicate<Place> deadly;
  private final Map<String, String> rollouts = new HashMap<>();
  private final Map<String, Integer> moves = new HashMap<>();
  private int looks;

  /** Where controllers came to, in their order; and where they died. */
  final Set<Place> passed = new LinkedHashSet<>();

  final Set<Place> died = new LinkedHashSet<>();

  /**
   * A place in a telling, which is the same one in each.
   *
   * @param rollout whose run it is; empty: of all runs, between two looks
   * @param number which look it is; of a run, after how many moves by controllers
   */
  record Place(Point point, String rollout, int number) {
    /**
     * One of so many parts that places are cut into: those of one move lie in different ones, where
     * there are at least as many as points.
     */
    int part(int parts) {
      int of = List.of(Point.values()).indexOf(point) + number * 2 + rollout.hashCode();
      return Math.floorMod(of, parts);
    }
  }

  /** As a kill would: nothing of ours catches it. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  Deaths(Predicate<Place> deadly) {
    this.deadly = deadly;
  }

  /** Nobody dies. */
  static Deaths none() {
    return new Deaths(place -> false);
  }

  /** Says which run is a rollout's. */
  void named(String run, String rollout) {
    rollouts.put(run, rollout);
  }

  /**
   * A look; where it is the end of a process, the next one looks in the same moment.
   *
   * @return the process that is left
   */
  ControlWorld.Replica look(ControlWorld world, ControlWorld.Replica process) {
    ControlWorld.Replica looking = process;
    looks++;
    while (true) {
      try {
        looking.controller.tick();
        return looking;
      } catch (Death death) {
        world.dismiss();
        looking = world.new Replica(this);
      }
    }
  }

  private void pass(Place place) {
    if (passed.add(place) && deadly.test(place)) {
      died.add(place);
      throw new Death();
    }
  }

  private void pass(Point point, String run) {
    pass(new Place(point, rollouts.getOrDefault(run, ""), moves.getOrDefault(run, 0)));
  }

  @Override
  public void leased() {
    pass(new Place(Point.LEASED, "", looks));
  }

  @Override
  public void read(String run) {
    pass(Point.READ, run);
  }

  @Override
  public void decided(String run) {
    pass(Point.DECIDED, run);
  }

  @Override
  public void within(String run) {
    pass(Point.WITHIN, run);
  }

  @Override
  public void committed(String run) {
    moves.merge(run, 1, Integer::sum);
    pass(Point.COMMITTED, run);
  }

  @Override
  public void acted(String run) {
    pass(Point.ACTED, run);
  }

  @Override
  public void keeping() {
    pass(new Place(Point.KEEPING, "", looks));
  }
}
