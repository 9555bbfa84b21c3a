package dev.serin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.serin.v1.Arm;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What a decision says of itself comes back as it was, or is refused. */
class DecisionTokenTest {
  private static final DecisionToken SPLIT =
      new DecisionToken("default", "new-checkout", "quarter", "", 0, Arm.ARM_SPLIT, "on", 5, 7);

  /** Texts made by Python's struct, base64 and xxhash from the form that the class describes. */
  @Test
  void token_version2_roundTrips() {
    String split =
        "AgAHZGVmYXVsdAAMbmV3LWNoZWNrb3V0AAdxdWFydGVyAAAAAm9uAAAAAAYAAAAAAAAABQAAAAAAAAAHjJofkA";
    DecisionToken run =
        new DecisionToken(
            "shop", "checkout", "ramp", "run-1", 3, Arm.ARM_NONE, "an-é", 0, 12_345_678_901L);
    String ofRun =
        "AgAEc2hvcAAIY2hlY2tvdXQABHJhbXAABXJ1bi0xAAVhbi3DqQAAAAMBAAAAAAAAAAAAAAAC39wcNSOWf7E";

    assertThat(SPLIT.encode()).isEqualTo(split);
    assertThat(DecisionToken.decode(split)).isEqualTo(SPLIT);
    assertThat(run.encode()).isEqualTo(ofRun);
    assertThat(DecisionToken.decode(ofRun)).isEqualTo(run);
  }

  @Test
  void token_anyBitTurned_isRefused() {
    byte[] bytes = Base64.getUrlDecoder().decode(SPLIT.encode());
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(damaged);

      assertThatThrownBy(() -> DecisionToken.decode(text))
          .as("bit %d", bit)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("(expected: the decision_token of an answer, unchanged)");
    }
  }

  @Test
  void token_ofTheVersionBefore_isRefused() {
    String first = "AQAHZGVmYXVsdAAMbmV3LWNoZWNrb3V0AAdxdWFydGVyAAAAAm9uAAAAAAYAAAAAAAAAAs3kFUE";

    assertThatThrownBy(() -> DecisionToken.decode(first))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "decision_token: '"
                + first
                + "' (expected: the decision_token of an answer, unchanged)");
  }
}
