package dev.serin.engine;

import dev.serin.v1.VersionRange;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A semantic version between two bounds. Packed versions decide nearly always; only numbers too
 * large to be packed, and pre-releases of a bound's own numbers, are compared as text.
 */
final class VersionMatcher extends AttributeMatcher {
  private static final int COST_NANOS = 3;

  private final @Nullable Bound lower;
  private final @Nullable Bound upper;
  private final int slot;
  private final long min;
  private final long max;

  VersionMatcher(int slot, VersionRange range) {
    super(slot);
    this.slot = slot;
    lower = Bound.first(range.getEquals(), range.getAtLeast(), range.getGreaterThan());
    upper = Bound.first(range.getEquals(), range.getAtMost(), range.getLessThan());
    min = lower == null ? 0 : lower.certain(+1);
    max = upper == null ? Long.MAX_VALUE : upper.certain(-1);
  }

  @Override
  boolean matches(Frame frame, int at, int kind) {
    if (kind != Frame.TEXT) {
      return false;
    }
    long version = frame.version(at);
    if (version >= min && version <= max) {
      return true;
    }
    boolean close =
        version == Version.TOO_LARGE
            || (version >= 0
                && ((lower != null && lower.near(version))
                    || (upper != null && upper.near(version))));
    return close
        && (lower == null || lower.admits(frame, at, +1))
        && (upper == null || upper.admits(frame, at, -1));
  }

  @Override
  long @Nullable [] packed() {
    boolean decides = (lower == null || lower.decides()) && (upper == null || upper.decides());
    return decides ? PackedBranch.versions(slot, min, max) : null;
  }

  @Override
  int costNanos() {
    return COST_NANOS;
  }

  /** One side of the range. */
  private static final class Bound {
    private final byte[] text;
    private final long packed;
    private final boolean included;

    private Bound(String text, boolean included) {
      this.text = text.getBytes(StandardCharsets.UTF_8);
      this.packed = Version.pack(this.text, 0, this.text.length);
      this.included = included;
    }

    static @Nullable Bound first(String equals, String included, String excluded) {
      String text = equals.isEmpty() ? included : equals;
      boolean closed = !text.isEmpty();
      if (!closed && excluded.isEmpty()) {
        return null;
      }
      return new Bound(closed ? text : excluded, closed);
    }

    /** Returns the packed version from which on, in a direction, this bound admits all. */
    long certain(int direction) {
      if (packed == Version.TOO_LARGE) {
        return direction > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
      }
      boolean preRelease = (packed & 1) == 0;
      return included && !preRelease ? packed : packed + direction;
    }

    /** Returns whether the packed form tells of every packed version on which side it is. */
    boolean decides() {
      return packed != Version.TOO_LARGE && (packed & 1) == 1;
    }

    /** Returns whether the packed form cannot tell on which side of this bound a version is. */
    boolean near(long version) {
      return packed == Version.TOO_LARGE || (version == packed && (packed & 1) == 0);
    }

    /** Returns whether the version lies in a direction of this bound, or on it where included. */
    boolean admits(Frame frame, int at, int direction) {
      byte[] bytes = frame.bytes(at);
      int start = frame.offset(at);
      int order =
          Version.compare(bytes, start, start + frame.length(at), text, 0, text.length) * direction;
      return order > 0 || (order == 0 && included);
    }
  }
}
