package dev.serin.server.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestKeyTest {
  private static final List<String> KNOWN = List.of("checkout", "check-in", "search", "a");

  @Test
  void key_misspelt_findsTheOneMeant() {
    assertThat(NearestKey.of("chekout", KNOWN)).hasValue("checkout");
    assertThat(NearestKey.of("Checkout", KNOWN)).hasValue("checkout");
    assertThat(NearestKey.of("check-inn", KNOWN)).hasValue("check-in");
    assertThat(NearestKey.of("serach", KNOWN)).hasValue("search");
    assertThat(NearestKey.of("b", KNOWN)).hasValue("a");
  }

  @Test
  void key_unlikeAnyOther_findsNone() {
    assertThat(NearestKey.of("payment", KNOWN)).isEmpty();
    assertThat(NearestKey.of("sea", KNOWN)).isEmpty();
    assertThat(NearestKey.of("", List.of())).isEmpty();
  }

  @Test
  void keys_allAlike_areComparedOnlySoOften() {
    List<String> many =
        java.util.stream.IntStream.range(0, 100_000).mapToObj(i -> "feature-" + i).toList();

    assertThat(NearestKey.of("feature-x", many)).isPresent();
  }
}
