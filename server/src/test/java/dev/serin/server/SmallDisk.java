package dev.serin.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A small disk mounted over a directory, seen only by the processes that are started in it; it
 * outlives them. Needs the right to mount (root on Linux). Closing it ends it.
 */
final class SmallDisk implements AutoCloseable {
  private static final String FILLER = "filler";

  private final Process holder;
  private final Path place;

  private SmallDisk(Process holder, Path place) {
    this.holder = holder;
    this.place = place;
  }

  /** Whether this user may mount a disk over a directory. */
  static boolean canMount(Path directory) {
    try (SmallDisk disk = mount(1, directory)) {
      return Files.isDirectory(disk.root());
    } catch (IOException e) {
      return false;
    }
  }

  /** Mounts a disk of so much room over a directory, which is made. */
  static SmallDisk mount(int mebibytes, Path place) throws IOException {
    Files.createDirectories(place);
    String mount =
        "mount -t tmpfs -o size=" + mebibytes + "m none \"$0\" && echo mounted && exec cat";
    // Ends with its input, which ends with this process at the latest.
    Process holder =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", mount, place.toString()).start();
    if (!"mounted".equals(holder.inputReader().readLine())) {
      holder.destroyForcibly();
      throw new IOException("disk over " + place + ": not mounted (expected: the right to)");
    }
    return new SmallDisk(holder, place);
  }

  /** What runs a command that sees the disk, the command following. */
  List<String> inside() {
    return List.of("nsenter", "--mount", "--target", Long.toString(holder.pid()));
  }

  /** The disk, as seen from outside. */
  Path root() {
    return Path.of("/proc/" + holder.pid() + "/root" + place.toAbsolutePath());
  }

  /** Leaves no byte on it. */
  void fill() throws IOException {
    byte[] zeros = new byte[4_096];
    try (OutputStream out =
        Files.newOutputStream(
            root().resolve(FILLER), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (root().toFile().getUsableSpace() > 0) {
        out.write(zeros);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /** Gives back what filled it. */
  void makeRoom() throws IOException {
    Files.delete(root().resolve(FILLER));
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
