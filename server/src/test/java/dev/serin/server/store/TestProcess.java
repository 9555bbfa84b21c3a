package dev.serin.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another Java process with this one's class path. Closing it kills it. */
public final class TestProcess implements AutoCloseable {
  private static final long END_LIMIT_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;

  /** Starts the main method of a class. */
  public TestProcess(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /** Reads until a line of output is this; throws with all output where it ends before. */
  public void awaitLine(String expected) {
    StringBuilder seen = new StringBuilder();
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals(expected)) {
          return;
        }
        seen.append(line).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("process ended (expected: \"" + expected + "\"):\n" + seen);
  }

  public long pid() {
    return process.pid();
  }

  /** Kills it as a power cut would and waits until it is gone. */
  @Override
  public void close() {
    try {
      if (!process.destroyForcibly().waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " cannot be killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
