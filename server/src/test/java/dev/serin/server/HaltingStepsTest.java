package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.server.rollout.control.ControllerSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HaltingStepsTest {
  private static final Map<String, Consumer<ControllerSteps>> POINTS =
      Map.of(
          "LEASED", ControllerSteps::leased,
          "READ", steps -> steps.read("run"),
          "DECIDED", steps -> steps.decided("run"),
          "WITHIN", steps -> steps.within("run"),
          "COMMITTED", steps -> steps.committed("run"),
          "ACTED", steps -> steps.acted("run"),
          "KEEPING", ControllerSteps::keeping);

  private final List<String> halts = new ArrayList<>();

  private ControllerSteps steps(String asked) {
    return HaltingSteps.of(HaltingSteps.HALT, asked, () -> halts.add(asked));
  }

  @Test
  void halt_atAPoint_comesWithThatPointAndItsTime() {
    POINTS.forEach(
        (point, pass) -> {
          halts.clear();
          ControllerSteps steps = steps(point + ":2");
          POINTS.forEach((other, passOther) -> passOther.accept(steps));
          assertThat(halts).as(point).isEmpty();
          pass.accept(steps);
          assertThat(halts).as(point).containsExactly(point + ":2");
          pass.accept(steps);
          assertThat(halts).as(point).hasSize(1);
        });
    assertThat(POINTS).hasSameSizeAs(HaltingSteps.Point.values());
  }

  @Test
  void halt_ofNothing_isNone() {
    assertThat(steps("")).isSameAs(ControllerSteps.NONE);
  }

  @Test
  void halt_thatIsNoPointOrTime_isRefused() {
    for (String asked : List.of("WITHIN", "WITHIN:0", "within:1", "LATER:1", "WITHIN:1x", ":")) {
      assertThatThrownBy(() -> steps(asked))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("-Dserin.test.halt-at: " + asked + " (expected: POINT:TIMES");
    }
  }
}
