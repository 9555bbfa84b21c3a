package dev.serin.server.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A reader of YAML 1.2 text, of which JSON is a part, into trees with positions.
 *
 * <p>It builds the trees from the parser's events itself, because depth and the growth by aliases
 * must be bounded while reading: the parser's own composer recurses as deep as the text nests. One
 * composer reads one text; not thread-safe.
 */
final class YamlComposer {
  /**
   * Levels of lists and mappings. A level of a JSON value takes three messages of the protobuf
   * form, whose readers stop at 100: what is read here can be stored and read back.
   */
  static final int MAX_DEPTH = 32;

  /** Nodes of one file with its aliases followed: as many as a file of two-byte nodes can have. */
  static final long MAX_NODES = DocumentText.MAX_FILE_BYTES / 2;

  private final FileErrors errors;
  private final Map<Anchor, YamlNode> anchors = new HashMap<>();
  private final List<YamlNode> documents = new ArrayList<>();

  private YamlComposer(FileErrors errors) {
    this.errors = errors;
  }

  /** The documents of a text up to the first error of syntax, which is added to the errors. */
  static List<YamlNode> compose(String text, FileErrors errors) {
    YamlComposer composer = new YamlComposer(errors);
    if (!isPrintable(text, errors)) {
      return List.of();
    }
    LoadSettings settings =
        LoadSettings.builder().setCodePointLimit((int) DocumentText.MAX_FILE_BYTES).build();
    try {
      composer.stream(new Parse(settings).parseString(text).iterator());
    } catch (Refused refused) {
      errors.add(refused.line, refused.column, "", refused.description);
    } catch (MarkedYamlEngineException syntax) {
      composer.addSyntaxError(syntax);
    } catch (YamlVersionException version) {
      addVersionError(text, version.getSpecVersion(), errors);
    } catch (YamlEngineException unreadable) {
      errors.addOfFile(String.valueOf(unreadable.getMessage()).lines().findFirst().orElse(""));
    }
    return List.copyOf(composer.documents);
  }

  /** Writes characters that no YAML text may hold as they are the way JSON escapes them. */
  static String escapeUnprintable(String json) {
    StringBuilder escaped = new StringBuilder(json.length());
    json.codePoints()
        .forEach(
            c -> {
              if (StreamReader.isPrintable(c)) {
                escaped.appendCodePoint(c);
              } else {
                // All of them are in the first plane: four digits do.
                escaped.append(String.format("\\u%04X", c));
              }
            });
    return escaped.toString();
  }

  /** The parser refuses control characters without saying where; this says it. */
  private static boolean isPrintable(String text, FileErrors errors) {
    int line = 1;
    int column = 1;
    int c;
    for (int i = 0; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (!StreamReader.isPrintable(c)) {
        errors.add(
            line,
            column,
            "",
            String.format(
                "character U+%04X (expected: printable characters, in double quotes \\u%04X)",
                c, c));
        return false;
      }
      column = c == '\n' ? 1 : column + 1;
      line = c == '\n' ? line + 1 : line;
    }
    return true;
  }

  private void addSyntaxError(MarkedYamlEngineException syntax) {
    Optional<Mark> at = syntax.getProblemMark();
    String began =
        syntax
            .getContextMark()
            .map(
                mark -> ", " + syntax.getContext() + " that begins in line " + (mark.getLine() + 1))
            .orElse("");
    errors.add(
        at.map(mark -> mark.getLine() + 1).orElse(0),
        at.map(mark -> mark.getColumn() + 1).orElse(0),
        "",
        "not YAML or JSON: " + problem(syntax.getProblem()) + began);
  }

  /** The parser refuses a version without saying where; this looks for it. */
  private static void addVersionError(String text, SpecVersion version, FileErrors errors) {
    String directive = "%YAML " + version.getMajor() + "." + version.getMinor();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).replaceAll("[ \t]+", " ").startsWith(directive)) {
        errors.add(i + 1, 1, "", directive + " (expected: %YAML 1.2, or none)");
        return;
      }
    }
    errors.addOfFile(directive + " (expected: %YAML 1.2, or none)");
  }

  /** The parser's words, with what was meant where people often slip. */
  private static String problem(String problem) {
    if (problem.contains("\\t(TAB)")) {
      return "found a tab (expected: spaces)";
    } else if (problem.contains("cannot start any token")) {
      return problem.replaceFirst(" \\(Do not use .*", "") + " (expected: quotes around a text)";
    } else if (problem.equals("mapping values are not allowed here")) {
      return "found a second ':' (expected: quotes around a text that holds one)";
    }
    return problem
        .replaceFirst("'?<stream end>'?", "the end of the file")
        .replace("unexpected end of stream", "the end of the file");
  }

  private void stream(Iterator<Event> events) {
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case DocumentStart -> {
          anchors.clear();
          documents.add(node(events.next(), events, 1));
        }
        case StreamStart, StreamEnd, DocumentEnd -> {}
        default -> throw new IllegalStateException(event + ": outside of a document");
      }
    }
  }

  private YamlNode node(Event event, Iterator<Event> events, int depth) {
    int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
    int column = event.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    if (depth > MAX_DEPTH) {
      throw new Refused(
          line, column, "nested more than " + MAX_DEPTH + " levels deep (expected: fewer)");
    }
    return switch (event) {
      case AliasEvent alias -> aliased(alias, line, column);
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), line, column);
        boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
        yield anchored(
            scalar.getAnchor(), new YamlNode.Scalar(line, column, scalar.getValue(), quoted));
      }
      case SequenceStartEvent start -> {
        refuseTag(start.getTag(), line, column);
        yield anchored(start.getAnchor(), sequence(events, line, column, depth));
      }
      case MappingStartEvent start -> {
        refuseTag(start.getTag(), line, column);
        yield anchored(start.getAnchor(), mapping(events, line, column, depth));
      }
      default -> throw new IllegalStateException(event + ": no node begins with it");
    };
  }

  private YamlNode sequence(Iterator<Event> events, int line, int column, int depth) {
    List<YamlNode> items = new ArrayList<>();
    long nodes = 1;
    Event event = events.next();
    while (event.getEventId() != Event.ID.SequenceEnd) {
      YamlNode item = node(event, events, depth + 1);
      nodes = added(nodes, item);
      items.add(item);
      event = events.next();
    }
    return new YamlNode.Sequence(line, column, items, nodes);
  }

  private YamlNode mapping(Iterator<Event> events, int line, int column, int depth) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    long nodes = 1;
    Event event = events.next();
    while (event.getEventId() != Event.ID.MappingEnd) {
      YamlNode key = node(event, events, depth + 1);
      if (!(key instanceof YamlNode.Scalar name)) {
        throw new Refused(key.line(), key.column(), key.kind() + " as a name (expected: a text)");
      }
      YamlNode value = node(events.next(), events, depth + 1);
      nodes = added(nodes + 1, value);
      entries.add(new YamlNode.Entry(name, value));
      event = events.next();
    }
    return new YamlNode.Mapping(line, column, entries, nodes);
  }

  private static long added(long nodes, YamlNode child) {
    long sum = nodes + child.nodes();
    if (sum > MAX_NODES) {
      throw new Refused(
          child.line(),
          child.column(),
          "aliases make more than " + MAX_NODES + " values of it (expected: fewer)");
    }
    return sum;
  }

  private YamlNode anchored(Optional<Anchor> anchor, YamlNode node) {
    anchor.ifPresent(name -> anchors.put(name, node));
    return node;
  }

  private YamlNode aliased(AliasEvent alias, int line, int column) {
    // An anchor is known once its node is complete, so a node cannot contain itself.
    YamlNode node = anchors.get(alias.getAlias());
    if (node == null) {
      throw new Refused(
          line,
          column,
          "*" + alias.getAlias() + ": unknown alias (expected: an anchor that stands before it)");
    }
    return node;
  }

  private static void refuseTag(Optional<String> tag, int line, int column) {
    if (tag.isPresent()) {
      throw new Refused(
          line, column, tag.get() + ": a tag (expected: none, the field says its type)");
    }
  }

  /** What ends the reading of a text that is YAML, but not for here. */
  private static final class Refused extends RuntimeException {
    private final int line;
    private final int column;
    private final String description;

    Refused(int line, int column, String description) {
      super(description, null, false, false);
      this.line = line;
      this.column = column;
      this.description = description;
    }
  }
}
