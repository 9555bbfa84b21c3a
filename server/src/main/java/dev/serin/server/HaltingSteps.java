package dev.serin.server;

import dev.serin.server.rollout.control.ControllerSteps;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this process at a point between two steps of its controller: at once, as kill -9 would, with
 * nothing closed, flushed or given back. For tests of crashes, which ask for it by the system
 * property {@value #PROPERTY}; it is no option of the server. For the controller's thread.
 */
final class HaltingSteps implements ControllerSteps {
  /**
   * {@code POINT:TIMES}, a {@link Point} and how often it is to be come to, from 1; unset: the
   * process lives.
   */
  static final String PROPERTY = "serin.test.halt-at";

  /** As a shell tells of a process that was killed with -9. */
  static final int EXIT_CODE = 137;

  private static final Pattern FORM = Pattern.compile("([A-Z]+):([1-9][0-9]{0,8})");
  private static final Logger log = LoggerFactory.getLogger(HaltingSteps.class);

  /** The points, named as the methods of {@link ControllerSteps}. */
  enum Point {
    LEASED,
    READ,
    DECIDED,
    WITHIN,
    COMMITTED,
    ACTED,
    KEEPING
  }

  private final Point at;
  private final IntConsumer halt;
  private int left;

  private HaltingSteps(Point at, int times, IntConsumer halt) {
    this.at = at;
    this.halt = halt;
    left = times;
  }

  /** What this process was started with. */
  static ControllerSteps ofProcess() {
    String asked = System.getProperty(PROPERTY, "");
    if (!asked.isEmpty()) {
      log.warn("this process ends by itself at {}, as -D{} says: for tests only", asked, PROPERTY);
    }
    return of(asked, Runtime.getRuntime()::halt);
  }

  /**
   * What a text asks for.
   *
   * @param asked value of the property; empty: nothing
   * @param halt ends the process with an exit code
   */
  static ControllerSteps of(String asked, IntConsumer halt) {
    if (asked.isEmpty()) {
      return NONE;
    }
    Matcher form = FORM.matcher(asked);
    if (form.matches()) {
      for (Point point : Point.values()) {
        if (point.name().equals(form.group(1))) {
          return new HaltingSteps(point, Integer.parseInt(form.group(2)), halt);
        }
      }
    }
    throw new IllegalArgumentException(
        "-D%s: %s (expected: POINT:TIMES, POINT one of %s, TIMES from 1)"
            .formatted(PROPERTY, asked, Arrays.toString(Point.values())));
  }

  private void pass(Point point) {
    if (point == at && --left == 0) {
      halt.accept(EXIT_CODE);
    }
  }

  @Override
  public void leased() {
    pass(Point.LEASED);
  }

  @Override
  public void read(String run) {
    pass(Point.READ);
  }

  @Override
  public void decided(String run) {
    pass(Point.DECIDED);
  }

  @Override
  public void within(String run) {
    pass(Point.WITHIN);
  }

  @Override
  public void committed(String run) {
    pass(Point.COMMITTED);
  }

  @Override
  public void acted(String run) {
    pass(Point.ACTED);
  }

  @Override
  public void keeping() {
    pass(Point.KEEPING);
  }
}
