package dev.serin.engine;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;

/**
 * A text in which an RE2 expression finds a match, in linear time. The one statement that
 * allocates: the automaton's state, and the text where it came as bytes.
 */
final class RegexMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 500;

  private final Pattern pattern;

  RegexMatcher(int slot, Pattern pattern) {
    super(slot);
    this.pattern = pattern;
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.TEXT) {
      return false;
    }
    String text = frame.string(at);
    if (text == null) {
      byte[] bytes = frame.bytes(at);
      text = new String(bytes, frame.offset(at), frame.length(at), StandardCharsets.UTF_8);
    }
    return pattern.matcher(text).find();
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
