package dev.serin.loadtest.faults;

import dev.serin.loadtest.process.JvmCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A producer over all its processes. What it reports counts for a feature of its own. */
final class Producer {
  /** A reporter that cannot get rid of all in time says so before. */
  private static final long END_SECONDS = 120;

  private static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx128m",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED");

  private final String name;
  private final String target;
  private final String token;
  private final boolean spooled;
  private final Path directory;
  private final List<Life> lives = new ArrayList<>();
  private Process process;
  private Path journal;

  /** Starts the first process. */
  Producer(String name, String target, String token, boolean spooled, Path directory)
      throws IOException {
    this.name = name;
    this.target = target;
    this.token = token;
    this.spooled = spooled;
    this.directory = directory;
    journal = journal();
    process = start();
  }

  String name() {
    return name;
  }

  /** What its processes did; of all that are gone. */
  List<Life> lives() {
    return List.copyOf(lives);
  }

  private Path journal() {
    return directory.resolve(name + "-" + lives.size() + ".journal");
  }

  private Process start() throws IOException {
    List<String> command =
        JvmCommand.of(
            JVM_OPTIONS,
            System.getProperty("java.class.path"),
            ProducerMain.class,
            List.of(
                target,
                name,
                token,
                name + "/" + lives.size() + "/",
                journal.toString(),
                spooled ? directory.resolve(name + ".spool").toString() : ""));
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Kills the process and starts another. */
  void restart() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    lives.add(Journal.read(journal, false));
    journal = journal();
    process = start();
  }

  /**
   * Has the process end by itself, with everything acknowledged.
   *
   * @throws IOException if it does not
   */
  void end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    boolean inTime = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    if (!inTime || process.exitValue() != 0) {
      throw new IOException(
          "producer %s: not all acknowledged (expected: in %d s), see %s"
              .formatted(name, END_SECONDS, directory.resolve(name + ".log")));
    }
    lives.add(Journal.read(journal, true));
  }

  void kill() {
    process.destroyForcibly();
  }
}
