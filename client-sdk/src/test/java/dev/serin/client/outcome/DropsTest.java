package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DropsTest {
  private final Drops drops = new Drops();

  @Test
  void drops_ofAToken_areTakenOnce() {
    drops.add("a", 1);
    drops.add("a", 2);
    drops.add("b", 5);
    assertThat(drops.take("a")).isEqualTo(3);
    assertThat(drops.take("a")).isZero();
    assertThat(drops.take("c")).isZero();
    assertThat(drops.take("b")).isEqualTo(5);
  }

  @Test
  void drops_withoutToken_areNotKept() {
    drops.add("", 7);
    assertThat(drops.take("")).isZero();
  }

  @Test
  void drops_moreThanOneOutcomeMayTell_areToldByTwo() {
    drops.add("a", Drops.MAX_TOLD);
    drops.add("a", 4);
    assertThat(drops.take("a")).isEqualTo(Drops.MAX_TOLD);
    assertThat(drops.take("a")).isEqualTo(4);
    assertThat(drops.take("a")).isZero();
  }

  @Test
  void drops_ofMoreTokensThanThereIsRoomFor_takeAnothersPlace() {
    for (int i = 0; i <= Drops.MAX_TOKENS; i++) {
      drops.add("token-" + i, 1);
    }
    drops.add("token-1", 1);
    assertThat(drops.take("token-0")).isZero();
    assertThat(drops.take("token-1")).isEqualTo(2);
    assertThat(drops.take("token-" + Drops.MAX_TOKENS)).isOne();
  }

  @Test
  void drops_thatARefusedOutcomeTold_areToldAgain() {
    Outcome outcome = Outcome.ofToken("a", "ada").event("purchase");
    drops.refused(outcome.encode(Paces.NOON, 6));
    drops.refused(outcome.encode(Paces.NOON, 0));
    drops.refused(ByteString.copyFromUtf8("spoilt"));
    assertThat(drops.take("a")).isEqualTo(6);
  }

  @Test
  void drops_ofManyThreads_areAllTold() throws InterruptedException {
    int threads = 4;
    int each = 20_000;
    AtomicLong told = new AtomicLong();
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread caller =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  drops.add("a", 1);
                  if (i % 7 == 0) {
                    told.addAndGet(drops.take("a"));
                  }
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(told.get() + drops.take("a")).isEqualTo((long) threads * each);
  }
}
