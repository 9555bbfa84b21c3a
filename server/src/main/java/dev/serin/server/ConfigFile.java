package dev.serin.server;

import dev.serin.server.decision.NearestKey;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A configuration file: flat YAML, {@code option: value}, each option once. */
final class ConfigFile {
  /** Bytes of a file; a real one has some hundred. */
  private static final long SIZE_BYTES_MAX = 64 * 1024;

  private final Path path;
  private final Map<ServerOption, Setting> settings = new LinkedHashMap<>();
  private final List<String> errors = new ArrayList<>();

  ConfigFile(Setting file) {
    this.path = Path.of(file.value());
    try {
      if (!Files.isRegularFile(path)) {
        errors.add(file.error("a file that exists"));
      } else if (Files.size(path) > SIZE_BYTES_MAX) {
        errors.add(file.error("a file of at most " + SIZE_BYTES_MAX + " bytes"));
      } else {
        parse(Files.readString(path));
      }
    } catch (CharacterCodingException e) {
      errors.add(file.error("a text file in UTF-8"));
    } catch (IOException e) {
      errors.add(file.error("a file that can be read: " + e.getMessage()));
    } catch (YamlEngineException e) {
      errors.add(
          position(e)
              + ": not YAML: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  List<String> errors() {
    return errors;
  }

  private void parse(String text) {
    Node root = new Compose(LoadSettings.builder().build()).composeString(text).orElse(null);
    if (root == null) {
      return;
    }
    if (!(root instanceof MappingNode mapping)) {
      errors.add(position(root) + ": not a list of options (expected: lines of \"option: value\")");
      return;
    }
    mapping.getValue().forEach(this::read);
  }

  private void read(NodeTuple line) {
    if (!(line.getKeyNode() instanceof ScalarNode key)) {
      errors.add(position(line.getKeyNode()) + ": not an option (expected: \"option: value\")");
      return;
    }
    var option = ServerOption.ofKey(key.getValue()).filter(o -> o != ServerOption.CONFIG);
    if (option.isEmpty()) {
      var known = Arrays.stream(ServerOption.values()).map(ServerOption::key).toList();
      String hint = NearestKey.of(key.getValue(), known).map(n -> n + "?").orElse("see --help");
      errors.add(
          "%s: unknown option (expected: %s) [from %s]"
              .formatted(key.getValue(), hint, position(key)));
      return;
    }
    if (!(line.getValueNode() instanceof ScalarNode value)) {
      errors.add(key.getValue() + ": not one value (expected: text) [from " + position(key) + "]");
      return;
    }
    var setting = new Setting(option.get(), value.getValue(), position(key));
    Setting before = settings.putIfAbsent(option.get(), setting);
    if (before != null) {
      errors.add(setting.error("the option once; it is already at " + before.source()));
    }
  }

  private String position(Node node) {
    return path + node.getStartMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
  }

  private String position(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked) {
      return path + marked.getProblemMark().map(m -> ":" + (m.getLine() + 1)).orElse("");
    }
    return path.toString();
  }
}
