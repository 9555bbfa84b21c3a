package dev.serin.engine;

import com.google.re2j.Pattern;

/**
 * A text in which an RE2 expression finds a match, in linear time. The one statement that
 * allocates: the automaton's state, and the text.
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
    return kind == Frame.TEXT && pattern.matcher(frame.text(at)).find();
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }
}
