package dev.serin.server;

import java.util.ArrayList;
import java.util.List;

/** The help of the server's options, written from their table. */
final class OptionHelp {
  private static final int WIDTH_COLUMNS = 96;
  private static final String INDENT = "      ";

  private OptionHelp() {}

  static String text() {
    var text = new StringBuilder();
    text.append("Usage: serin server [OPTION]...\n\n");
    text.append(
        "Serves decisions. A flag wins over the environment, the environment over --config,");
    text.append("\nthe file over the default.\n\nOptions:\n");
    for (ServerOption option : ServerOption.values()) {
      text.append("  ").append(option.flag());
      if (!option.isSwitch()) {
        text.append(' ').append(option.placeholder());
      }
      text.append('\n');
      String stands =
          option.defaultValue().isEmpty() ? "" : " Default: " + option.defaultValue() + ".";
      for (String line : wrap(option.description() + stands)) {
        text.append(INDENT).append(line).append('\n');
      }
      text.append(INDENT).append("Environment: ").append(option.environmentName()).append('\n');
    }
    return text.toString();
  }

  private static List<String> wrap(String sentence) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (String word : sentence.split(" ", -1)) {
      if (line.length() + word.length() + INDENT.length() >= WIDTH_COLUMNS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
