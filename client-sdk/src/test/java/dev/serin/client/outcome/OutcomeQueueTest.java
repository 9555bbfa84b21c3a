package dev.serin.client.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutcomeQueueTest {
  private final AtomicInteger wakes = new AtomicInteger();

  private OutcomeQueue queue(long outcomes, long bytes) {
    return new OutcomeQueue(outcomes, bytes, 3, wakes::incrementAndGet);
  }

  @Test
  void offer_firstAndBatch_wakeTheTaker() {
    OutcomeQueue queue = queue(10, 100);
    List<Integer> wakesAfter = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      assertThat(queue.offer(bytes("x"))).isTrue();
      wakesAfter.add(wakes.get());
    }
    assertThat(wakesAfter).containsExactly(1, 1, 2, 2, 2);
  }

  @Test
  void offer_atEitherBound_drops() {
    OutcomeQueue queue = queue(3, 10);
    assertThat(queue.offer(bytes("aaaa"))).isTrue();
    assertThat(queue.offer(bytes("bbbbbb"))).isTrue();
    assertThat(queue.offer(bytes("c"))).isFalse();
    assertThat(queue.take(10, 100)).containsExactly(bytes("aaaa"), bytes("bbbbbb"));
    // Taken is not released: it still takes room.
    assertThat(queue.offer(bytes("d"))).isFalse();
    queue.release(2, 10);
    assertThat(queue.offer(bytes("e"))).isTrue();
    assertThat(queue.offer(bytes("f"))).isTrue();
    assertThat(queue.offer(bytes("g"))).isTrue();
    assertThat(queue.offer(bytes("h"))).isFalse();

    assertThat(queue.dropped()).isEqualTo(3);
    assertThat(queue.accepted()).isEqualTo(5);
    assertThat(queue.takeDropUntold()).isTrue();
    assertThat(queue.takeDropUntold()).isFalse();
  }

  @Test
  void take_withinBounds_keepsTheOrder() {
    OutcomeQueue queue = queue(100, 100);
    for (String one : List.of("a", "bb", "ccc", "dddd")) {
      queue.offer(bytes(one));
    }
    assertThat(queue.take(10, 3)).containsExactly(bytes("a"), bytes("bb"));
    // One at least, however large it is.
    assertThat(queue.take(10, 1)).containsExactly(bytes("ccc"));
    assertThat(queue.waiting()).isEqualTo(1);
    assertThat(queue.take(0, 100)).isEmpty();
    assertThat(queue.take(10, 100)).containsExactly(bytes("dddd"));
    assertThat(queue.take(10, 100)).isEmpty();
  }

  @Test
  void offer_fromManyThreads_losesAndInventsNothing() throws InterruptedException {
    OutcomeQueue queue = queue(500, 1 << 20);
    int threads = 4;
    int each = 20_000;
    AtomicLong refused = new AtomicLong();
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String prefix = t + "-";
      Thread caller =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  refused.addAndGet(queue.offer(bytes(prefix + i)) ? 0 : 1);
                }
              });
      callers.add(caller);
      caller.start();
    }
    Set<ByteString> taken = new HashSet<>();
    while (callers.stream().anyMatch(Thread::isAlive) || queue.held() > 0) {
      List<ByteString> some = queue.take(100, 1 << 20);
      some.forEach(one -> assertThat(taken.add(one)).isTrue());
      queue.release(some.size(), some.stream().mapToLong(ByteString::size).sum());
    }

    assertThat(taken.size() + refused.get()).isEqualTo((long) threads * each);
    assertThat(queue.dropped()).isEqualTo(refused.get());
    assertThat(queue.accepted()).isEqualTo(taken.size());
    assertThat(queue.waiting()).isZero();
  }

  @Test
  void offer_afterClose_drops() {
    OutcomeQueue queue = queue(3, 10);
    queue.offer(bytes("a"));
    queue.close();

    assertThat(queue.offer(bytes("b"))).isFalse();

    assertThat(queue.held()).isEqualTo(1);
    assertThat(queue.dropped()).isEqualTo(1);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
