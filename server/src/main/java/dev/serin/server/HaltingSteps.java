package dev.serin.server;

import dev.serin.server.rollout.control.ControllerSteps;
import dev.serin.server.rollout.control.StepPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this process at a point between two steps of its controller: at once, as kill -9 would, with
 * nothing closed, flushed or given back. Or stops it there, as kill -STOP would, until somebody
 * lets it go on. For tests of crashes, which ask for it by the system properties {@value #HALT} and
 * {@value #FREEZE}; it is no option of the server. For the controller's thread.
 */
final class HaltingSteps implements StepPoints {
  /**
   * {@code POINT:TIMES}, a {@link Point} and how often it is to be come to, from 1; unset: the
   * process lives.
   */
  static final String HALT = "serin.test.halt-at";

  /** The same for a process that is to stop where it stands; not besides {@link #HALT}. */
  static final String FREEZE = "serin.test.freeze-at";

  /** As a shell tells of a process that was killed with -9. */
  static final int EXIT_CODE = 137;

  private static final Pattern FORM = Pattern.compile("([A-Z]+):([1-9][0-9]{0,8})");
  private static final Logger log = LoggerFactory.getLogger(HaltingSteps.class);

  private final Point at;
  private final Runnable there;
  private int left;

  private HaltingSteps(Point at, int times, Runnable there) {
    this.at = at;
    this.there = there;
    left = times;
  }

  /** What this process was started with. */
  static ControllerSteps ofProcess() {
    return System.getProperty(FREEZE, "").isEmpty()
        ? ofProcess(HALT, () -> Runtime.getRuntime().halt(EXIT_CODE))
        : ofProcess(FREEZE, HaltingSteps::freeze);
  }

  private static ControllerSteps ofProcess(String property, Runnable there) {
    String asked = System.getProperty(property, "");
    if (!asked.isEmpty()) {
      log.warn("this process ends or stops by itself, for tests only: -D{}={}", property, asked);
    }
    return of(property, asked, there);
  }

  /** Returns when somebody has let this process go on. */
  private static void freeze() {
    long self = ProcessHandle.current().pid();
    try {
      new ProcessBuilder("kill", "-STOP", Long.toString(self)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What a text asks for.
   *
   * @param property that has it
   * @param asked value of the property; empty: nothing
   * @param there done at the point, once
   */
  static ControllerSteps of(String property, String asked, Runnable there) {
    if (asked.isEmpty()) {
      return NONE;
    }
    Matcher form = FORM.matcher(asked);
    if (form.matches()) {
      for (Point point : Point.values()) {
        if (point.name().equals(form.group(1))) {
          return new HaltingSteps(point, Integer.parseInt(form.group(2)), there);
        }
      }
    }
    throw new IllegalArgumentException(
        "-D%s: %s (expected: POINT:TIMES, POINT one of %s, TIMES from 1)"
            .formatted(property, asked, Arrays.toString(Point.values())));
  }

  @Override
  public void pass(Point point) {
    if (point == at && --left == 0) {
      there.run();
    }
  }
}
