package dev.serin.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A scrape, and what is wrong with questions about it. */
final class Scraped {
  private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern SELECTOR =
      Pattern.compile("([a-z][a-z0-9_]*_[a-z0-9_]+)(\\{[^}]*})?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");
  private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");
  private static final Pattern WORD = Pattern.compile("[a-z_]+");
  private static final Pattern LEGEND = Pattern.compile("\\{\\{ *(?:\\$labels\\.)?([a-z_]+) *}}");

  /** What PromQL and Prometheus itself have and the files may use. */
  private static final Set<String> WORDS =
      Set.of(
          "sum",
          "max",
          "min",
          "rate",
          "increase",
          "histogram_quantile",
          "label_values",
          "absent",
          "time",
          "max_over_time",
          "and",
          "or",
          "up");

  /** Labels that Prometheus adds. */
  private static final Set<String> OF_TARGETS = Set.of("instance", "job");

  private final Map<String, List<Map<String, String>>> series = new HashMap<>();
  private final Map<String, Set<String>> known;

  /**
   * A scrape.
   *
   * @param known values of labels that need not be there now
   */
  Scraped(String text, Map<String, Set<String>> known) {
    this.known = known;
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              Matcher sample = SAMPLE.matcher(line);
              if (!sample.matches()) {
                throw new AssertionError(line + " (expected: a sample)");
              }
              Map<String, String> labels = new LinkedHashMap<>();
              Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
              while (label.find()) {
                labels.put(label.group(1), label.group(2));
              }
              series.computeIfAbsent(sample.group(1), name -> new ArrayList<>()).add(labels);
            });
  }

  /** Names of all meters. */
  Set<String> names() {
    return new TreeSet<>(series.keySet());
  }

  private Set<String> labels(String name) {
    Set<String> labels = new TreeSet<>(OF_TARGETS);
    series.getOrDefault(name, List.of()).forEach(one -> labels.addAll(one.keySet()));
    return labels;
  }

  /** Names of meters that an expression asks for. */
  static Set<String> asked(String expression) {
    Set<String> names = new TreeSet<>();
    Matcher selector = SELECTOR.matcher(expression.replaceAll("\"[^\"]*\"|by \\([^)]*\\)", ""));
    while (selector.find()) {
      if (!WORDS.contains(selector.group(1))) {
        names.add(selector.group(1));
      }
    }
    return names;
  }

  /**
   * What an expression asks for that is not there.
   *
   * @param shown text with names of labels of the result
   */
  List<String> wrong(String expression, String shown) {
    List<String> wrong = new ArrayList<>();
    Set<String> labels = new TreeSet<>(OF_TARGETS);
    Matcher selector = SELECTOR.matcher(expression);
    while (selector.find()) {
      String name = selector.group(1);
      if (series.containsKey(name)) {
        labels.addAll(labels(name));
        wrong.addAll(wrongMatchers(name, selector.group(2) == null ? "" : selector.group(2)));
      }
    }
    for (String name : asked(expression)) {
      if (!series.containsKey(name)) {
        wrong.add(name + ": no such meter");
      }
    }
    Set<String> left = labels;
    Matcher by = BY.matcher(expression);
    while (by.find()) {
      Set<String> kept = new TreeSet<>(List.of(by.group(1).split(", *")));
      for (String label : kept) {
        if (!labels.contains(label)) {
          wrong.add("by " + label + ": no such label");
        }
      }
      left = kept;
    }
    Matcher legend = LEGEND.matcher(shown);
    while (legend.find()) {
      if (!left.contains(legend.group(1))) {
        wrong.add("shown " + legend.group(1) + ": no label of the result");
      }
    }
    Matcher word =
        WORD.matcher(expression.replaceAll("\"[^\"]*\"|by \\([^)]*\\)|\\[[^]]*]|\\{[^}]*}", ""));
    while (word.find()) {
      if (!WORDS.contains(word.group())
          && !word.group().contains("_")
          && !word.group().equals("by")) {
        wrong.add(word.group() + ": no such function");
      }
    }
    return wrong;
  }

  private List<String> wrongMatchers(String name, String matchers) {
    List<String> wrong = new ArrayList<>();
    Matcher matcher = MATCHER.matcher(matchers);
    while (matcher.find()) {
      String label = matcher.group(1);
      String value = matcher.group(3);
      if (!labels(name).contains(label)) {
        wrong.add(name + " " + label + ": no such label");
      } else if (!value.startsWith("$") && !isKnown(name, label, value)) {
        wrong.add(name + " " + label + "=" + value + ": no such value");
      }
    }
    return wrong;
  }

  private boolean isKnown(String name, String label, String value) {
    return known.getOrDefault(label, Set.of()).contains(value)
        || series.getOrDefault(name, List.of()).stream()
            .anyMatch(labels -> value.equals(labels.get(label)));
  }
}
