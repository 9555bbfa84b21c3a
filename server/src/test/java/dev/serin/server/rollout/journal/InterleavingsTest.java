package dev.serin.server.rollout.journal;

import static dev.serin.server.rollout.journal.JournalStore.moveOf;
import static dev.serin.server.rollout.journal.JournalStore.origin;
import static dev.serin.server.rollout.journal.JournalStore.request;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.store.Priority;
import dev.serin.server.store.TestStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order in which the steps of two controllers and a person can follow each other. What each
 * step is told is worked out by a second reading of the rules, and so is the log.
 */
@ParameterizedClass
@EnumSource(TestStore.class)
class InterleavingsTest {
  /** 8! / (2! 3! 3!). */
  private static final int ALL = 560;

  /** Of a store that is elsewhere, every so manyth order. */
  private static final int SAMPLE = 11;

  private final TestStore kind;
  @TempDir Path directory;

  InterleavingsTest(TestStore kind) {
    this.kind = kind;
  }

  private enum Actor {
    /** Holds the lease at first: reads the run, acts. */
    FIRST(2),
    /** Takes the lease after a silence, reads the run, acts. */
    SECOND(3),
    /** Reads the run, commands, and commands the same again. */
    PERSON(3);

    private final int steps;

    Actor(int steps) {
      this.steps = steps;
    }
  }

  @Test
  void steps_inEveryOrder_writeOneLogAndAreToldWhatHappened() {
    List<List<Actor>> orders = new ArrayList<>();
    interleave(new ArrayList<>(), orders);
    assertThat(orders).hasSize(ALL).doesNotHaveDuplicates();
    int every = kind == TestStore.SQLITE ? 1 : SAMPLE;
    try (JournalStore store = new JournalStore(kind.fresh(directory))) {
      int moves = 0;
      for (int i = 0; i < orders.size(); i += every) {
        moves += new World(store, i).run(orders.get(i));
      }
      assertThat(store.outbox.waiting().count()).as("one for each move").isEqualTo(moves);
    }
  }

  private static void interleave(List<Actor> begun, List<List<Actor>> orders) {
    boolean whole = true;
    for (Actor actor : Actor.values()) {
      if (begun.stream().filter(actor::equals).count() < actor.steps) {
        whole = false;
        begun.add(actor);
        interleave(begun, orders);
        begun.removeLast();
      }
    }
    if (whole) {
      orders.add(List.copyOf(begun));
    }
  }

  /** A run and its lease, in the store and as the rules have it. */
  private static final class World {
    private final JournalStore store;
    private final String run;
    private final Fence firstFence;
    private @Nullable Fence secondFence;

    /** As the rules have it. */
    private Actor holder = Actor.FIRST;

    private long version = 1;
    private @Nullable Answer answered;
    private final List<Long> fences = new ArrayList<>(List.of(0L));

    /** Version that an actor has read. */
    private final Map<Actor, Long> read = new EnumMap<>(Actor.class);

    World(JournalStore store, int number) {
      this.store = store;
      run = "run-" + number;
      Written started =
          store.journal.start(
              origin(run, "split-" + number),
              moveOf(run, 0, "RUNNING", 1),
              request("start-" + number),
              Alongside.NOTHING);
      assertThat(started).isEqualTo(new Written.Done(1));
      store.database.execute(
          Priority.ROLLOUT, handle -> handle.execute("UPDATE rollout_lease SET holder = 0"));
      firstFence = store.first.take().orElseThrow();
    }

    /** Takes the steps; returns how often the run moved since its start. */
    int run(List<Actor> order) {
      Map<Actor, Integer> taken = new EnumMap<>(Actor.class);
      for (Actor actor : order) {
        int step = taken.merge(actor, 1, Integer::sum) - 1;
        switch (actor) {
          case FIRST -> first(step, order);
          case SECOND -> second(step, order);
          case PERSON -> person(step, order);
        }
      }
      List<StoredEntry> log = store.journal.log(run, 0, 10);
      assertThat(log.stream().map(StoredEntry::number))
          .as("%s", order)
          .containsExactlyElementsOf(LongStream.rangeClosed(1, version).boxed().toList());
      assertThat(log.stream().map(StoredEntry::fence)).as("%s", order).isEqualTo(fences);
      assertThat(store.journal.find(run).orElseThrow().version()).isEqualTo(version);
      return log.size() - 1;
    }

    private void first(int step, List<Actor> order) {
      if (step == 0) {
        read(Actor.FIRST);
      } else {
        act(Actor.FIRST, firstFence, order);
      }
    }

    private void second(int step, List<Actor> order) {
      switch (step) {
        case 0 -> {
          store.silentFor(2 * ControllerLease.SILENCE.toMillis());
          secondFence = store.second.take().orElseThrow();
          holder = Actor.SECOND;
        }
        case 1 -> read(Actor.SECOND);
        default -> act(Actor.SECOND, requireNonNull(secondFence), order);
      }
    }

    private void read(Actor actor) {
      read.put(actor, store.journal.find(run).orElseThrow().version());
    }

    private Move move(Actor actor) {
      return moveOf(run, requireNonNull(read.get(actor)), "HOLDING", 1, 0);
    }

    private void act(Actor actor, Fence fence, List<Actor> order) {
      Move move = move(actor);
      Written expected;
      if (holder != actor) {
        expected = new Written.Unheld();
      } else if (move.decidedOn() != version) {
        expected = new Written.Stale();
      } else {
        expected = new Written.Done(++version);
        fences.add(fence.number());
      }
      assertThat(store.journal.act(move, fence, Alongside.NOTHING))
          .as("%s in %s", actor, order)
          .isEqualTo(expected);
    }

    private void person(int step, List<Actor> order) {
      if (step == 0) {
        read(Actor.PERSON);
        return;
      }
      Move move = move(Actor.PERSON);
      Written expected;
      if (answered != null) {
        expected = new Written.Answered(answered);
      } else if (move.decidedOn() != version) {
        expected = new Written.Stale();
      } else {
        expected = new Written.Done(++version);
        fences.add(0L);
        answered = new Answer(run, version, Answer.Outcome.MOVED, "");
      }
      assertThat(store.journal.command(move, request("of " + run), Alongside.NOTHING))
          .as("command %d in %s", step, order)
          .isEqualTo(expected);
    }
  }
}
