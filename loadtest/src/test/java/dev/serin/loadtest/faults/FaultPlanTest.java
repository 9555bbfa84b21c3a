package dev.serin.loadtest.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultPlanTest {
  @Test
  void draw_sameSeed_isTheSamePlan() {
    assertThat(FaultPlan.draw(5, 50, true))
        .isEqualTo(FaultPlan.draw(5, 50, true))
        .isNotEqualTo(FaultPlan.draw(6, 50, true));
  }

  @Test
  void draw_sharedStore_hasAllKinds() {
    assertThat(FaultPlan.draw(1, 500, true)).extracting(Fault::kind).contains(FaultKind.values());
  }

  @Test
  void draw_embeddedStore_hasNoneOfSeveralServers() {
    assertThat(FaultPlan.draw(1, 500, false)).noneMatch(fault -> fault.kind().isSharedOnly());
  }
}
