package dev.serin.server.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Console;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a command reads from and writes to.
 *
 * @param in standard input
 * @param out what the command was asked for
 * @param err everything else
 * @param colour true: colours and a moving cursor are welcome
 * @param rows how many lines are seen at once, now; asked for each time that lines are renewed
 */
public record Terminal(
    InputStream in, PrintStream out, PrintStream err, boolean colour, IntSupplier rows) {
  /** Of a terminal that does not say how many rows it has. */
  private static final int ROWS_UNKNOWN = Integer.MAX_VALUE;

  /** What stty says. */
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,6}) [0-9]+");

  private static final File TTY = new File("/dev/tty");

  /** Buffered: a table of thousands of rows is written in few pieces. */
  private static final int BUFFER_BYTES = 1 << 16;

  /** One of any height. */
  public Terminal(InputStream in, PrintStream out, PrintStream err, boolean colour) {
    this(in, out, err, colour, () -> ROWS_UNKNOWN);
  }

  /** The process's own. */
  static Terminal ofProcess() {
    Map<String, String> environment = System.getenv();
    boolean colour =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        System.in,
        buffered(new FileOutputStream(FileDescriptor.out)),
        System.err,
        colour,
        Terminal::rowsOfProcess);
  }

  /** A JVM is not told of its window: stty is asked. */
  private static int rowsOfProcess() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(TTY)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader said = stty.inputReader(StandardCharsets.US_ASCII)) {
        return rowsOf(said.readLine());
      }
    } catch (IOException noTerminal) {
      return ROWS_UNKNOWN;
    }
  }

  /** Rows of {@code ROWS COLUMNS}; 0 is what a terminal says that does not know. */
  static int rowsOf(@Nullable String size) {
    Matcher said = SIZE.matcher(size == null ? "" : size);
    int rows = said.matches() ? Integer.parseInt(said.group(1)) : 0;
    return rows == 0 ? ROWS_UNKNOWN : rows;
  }

  /** A stream whose failures are kept for {@link PrintStream#checkError}. */
  static PrintStream buffered(FileOutputStream out) {
    return new Buffered(new UntilReaderLeaves(out));
  }

  /** Whether what is written reaches nobody any more; writes what is buffered first. */
  boolean isReaderGone() {
    return out.checkError() || (out instanceof Buffered buffered && buffered.pipe.hasReaderLeft);
  }

  /** What is written in few pieces. */
  private static final class Buffered extends PrintStream {
    private final UntilReaderLeaves pipe;

    Buffered(UntilReaderLeaves pipe) {
      super(new BufferedOutputStream(pipe, BUFFER_BYTES), false, StandardCharsets.UTF_8);
      this.pipe = pipe;
    }
  }

  /** A pipe whose reader may leave when it has read enough, as {@code head} does: no failure. */
  private static final class UntilReaderLeaves extends FilterOutputStream {
    private static final String READER_LEFT = "Broken pipe";

    private volatile boolean hasReaderLeft;

    UntilReaderLeaves(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (!READER_LEFT.equals(e.getMessage())) {
          throw e;
        }
        hasReaderLeft = true;
      }
    }
  }

  /** A writer over one of the streams, which flushes each line. */
  static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** The text in bold, where colours are welcome. */
  String bold(String text) {
    return styled("1", text);
  }

  /** The text in grey. */
  String dim(String text) {
    return styled("2", text);
  }

  /** The text in red: refused, gone, failed. */
  String red(String text) {
    return styled("31", text);
  }

  /** The text in green: held, added. */
  String green(String text) {
    return styled("32", text);
  }

  /** The text in yellow: changed, take care. */
  String yellow(String text) {
    return styled("33", text);
  }

  private String styled(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
