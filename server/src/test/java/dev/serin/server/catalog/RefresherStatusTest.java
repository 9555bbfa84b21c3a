package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RefresherStatusTest {
  private static final NamespaceStatus LOADED = new NamespaceStatus("default", 1, 0, false, "");

  @Test
  void awaited_storeThatAnswers_isTheNamespacesThatAreStillLoaded() {
    assertThat(new RefresherStatus(false, "", List.of(LOADED)).awaited())
        .isEqualTo("namespaces are still being loaded; 1 of them can be served");
  }

  @Test
  void awaited_storeThatIsAway_isTheStore() {
    assertThat(new RefresherStatus(false, "store: cannot be reached", List.of()).awaited())
        .isEqualTo("store: cannot be reached");
  }
}
