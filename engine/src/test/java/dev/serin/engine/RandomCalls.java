package dev.serin.engine;

import com.google.protobuf.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Calls by users who are in the documents of {@link RandomNamespace}, or nearly. */
final class RandomCalls {
  private final Random random;
  private final Vocabulary words;

  RandomCalls(long seed) {
    random = new Random(seed);
    words = new Vocabulary(random);
  }

  Call next() {
    Map<String, Value> attributes = new LinkedHashMap<>();
    for (int n = random.nextInt(9); n > 0; n--) {
      String name = words.oneIn(20) ? "nobody-asks" : words.attribute();
      if (!name.equals("user_key")) {
        attributes.put(name, words.sent(name));
      }
    }
    return new Call(user(), attributes, now(), random.nextLong(), silence());
  }

  private String user() {
    return words.oneIn(10)
        ? ""
        : words.oneIn(2) ? words.pick(Vocabulary.USERS) : "user-" + random.nextInt();
  }

  private long now() {
    return Vocabulary.NOON * 1_000
        + words.pick(List.of(-86_400_000L, -1L, 0L, 1L, 499L, 500L, 501L, 1_000L, 7_200_000L));
  }

  private long silence() {
    return words.pick(List.of(0L, 0L, 1L, 59_999L, 60_000L, 60_001L, Long.MAX_VALUE));
  }
}
