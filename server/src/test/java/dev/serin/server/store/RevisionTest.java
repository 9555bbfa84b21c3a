package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionTest {
  @Test
  void payload_parsed_isTheSameRevision() {
    Revision revision = new Revision("shop-1", Long.MAX_VALUE);

    assertThat(revision.payload()).isEqualTo("shop-1 9223372036854775807");
    assertThat(Revision.parse(revision.payload())).isEqualTo(revision);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "shop", "shop ", " 7", "shop x", "shop 7 8", "shop 99999999999999999999"})
  void parse_otherText_isNull(String payload) {
    assertThat(Revision.parse(payload)).isNull();
  }
}
