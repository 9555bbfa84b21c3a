package dev.serin.server;

import java.util.Arrays;
import java.util.List;

/** The program: {@code serin COMMAND}. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    List<String> words = Arrays.asList(arguments);
    if (words.isEmpty() || !words.getFirst().equals("server")) {
      System.err.println("Usage: serin server [OPTION]...");
      System.exit(ServerProcess.USAGE);
    }
    var process = new ServerProcess(System.getenv(), System.out, System.err);
    System.exit(process.run(words.subList(1, words.size())));
  }
}
