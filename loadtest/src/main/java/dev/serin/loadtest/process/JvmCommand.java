package dev.serin.loadtest.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Command lines of JVMs. */
public final class JvmCommand {

  private static final Set<String> CLASS_PATH_OPTIONS = Set.of("-cp", "-classpath", "--class-path");

  private JvmCommand() {}

  /**
   * Returns the command that runs a class in this JVM's Java.
   *
   * @param options options of the JVM
   */
  public static List<String> of(
      List<String> options, String classPath, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /** Returns the JVM's options of a command line, without class path, main class and arguments. */
  static List<String> options(List<String> command) {
    List<String> options = new ArrayList<>();
    for (int i = 1; i < command.size(); i++) {
      String word = command.get(i);
      if (CLASS_PATH_OPTIONS.contains(word)) {
        i++;
      } else if (word.equals("-jar") || !word.startsWith("-")) {
        break;
      } else {
        options.add(word);
      }
    }
    return options;
  }
}
