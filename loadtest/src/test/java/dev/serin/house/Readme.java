package dev.serin.house;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What README.md shows: its fenced blocks, and the commands and outputs of its console blocks. */
record Readme(List<Block> blocks) {
  private static final String FENCE = "```";

  /** A fenced block: the words after the fence, and the lines between. */
  record Block(String language, List<String> lines) {
    String text() {
      return String.join("\n", lines) + "\n";
    }
  }

  /** A command as it is typed, and what it prints. */
  record Step(String command, String output) {}

  static Readme parse(String markdown) {
    List<Block> blocks = new ArrayList<>();
    @Nullable String language = null;
    List<String> lines = new ArrayList<>();
    for (String line : markdown.lines().toList()) {
      if (language == null && line.startsWith(FENCE)) {
        language = line.substring(FENCE.length()).strip();
      } else if (language != null && line.equals(FENCE)) {
        blocks.add(new Block(language, List.copyOf(lines)));
        lines.clear();
        language = null;
      } else if (language != null) {
        lines.add(line);
      }
    }
    if (language != null) {
      throw new IllegalArgumentException("block \"" + language + "\" (expected: a closing fence)");
    }
    return new Readme(List.copyOf(blocks));
  }

  /** The blocks written in a language, in their order. */
  List<Block> in(String language) {
    return blocks.stream().filter(block -> block.language().equals(language)).toList();
  }

  /**
   * The commands of the console blocks, in their order. A command begins with "$ " and goes on
   * while its line ends with a backslash or an apostrophe is open.
   */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (Block block : in("console")) {
      List<String> lines = block.lines();
      int next = 0;
      while (next < lines.size()) {
        StringBuilder command = new StringBuilder(commandBegin(lines.get(next++)));
        while (goesOn(command)) {
          command.append('\n').append(lines.get(next++));
        }
        StringBuilder output = new StringBuilder();
        while (next < lines.size() && !lines.get(next).startsWith("$ ")) {
          output.append(lines.get(next++)).append('\n');
        }
        steps.add(new Step(command.toString(), output.toString()));
      }
    }
    return steps;
  }

  private static String commandBegin(String line) {
    if (!line.startsWith("$ ")) {
      throw new IllegalArgumentException("line: " + line + " (expected: a command after \"$ \")");
    }
    return line.substring(2);
  }

  private static boolean goesOn(CharSequence command) {
    boolean openApostrophe = command.chars().filter(c -> c == '\'').count() % 2 == 1;
    return openApostrophe || command.charAt(command.length() - 1) == '\\';
  }
}
