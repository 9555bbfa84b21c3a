package dev.serin.server;

import dev.serin.server.decision.NearestKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The settings as written, by precedence: flags over environment over file over defaults. */
final class OptionSources {
  /** Variables of the command line and the launcher: theirs, so no mistake. */
  private static final Set<String> OTHER_ENVIRONMENT =
      Set.of(
          "SERIN_SERVER",
          "SERIN_NAMESPACE",
          "SERIN_JAVA_OPTS",
          "SERIN_JVM_FOLDERS",
          "SERIN_START_CACHE");

  private final Map<ServerOption, Setting> settings = new EnumMap<>(ServerOption.class);
  private final List<String> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private OptionSources() {}

  static OptionSources gather(List<String> flags, Map<String, String> environment) {
    var sources = new OptionSources();
    sources.readFlags(flags);
    sources.readEnvironment(environment);
    Setting file = sources.setting(ServerOption.CONFIG);
    if (file.isSet()) {
      var reader = new ConfigFile(file);
      reader.settings().forEach(sources::putUnlessSet);
      sources.errors.addAll(reader.errors());
    }
    return sources;
  }

  Setting setting(ServerOption option) {
    return settings.getOrDefault(option, Setting.ofDefault(option));
  }

  List<String> errors() {
    return errors;
  }

  List<String> warnings() {
    return warnings;
  }

  private void readFlags(List<String> flags) {
    for (int i = 0; i < flags.size(); i++) {
      String flag = flags.get(i);
      int equals = flag.indexOf('=');
      String name = equals < 0 ? flag : flag.substring(0, equals);
      var option = ServerOption.ofKey(name.startsWith("--") ? name.substring(2) : "");
      if (option.isEmpty()) {
        // Without its value: a misspelt option may hold a password too.
        errors.add(name + ": unknown option (expected: " + hint(name) + ")");
        continue;
      }
      String value;
      if (equals >= 0) {
        value = flag.substring(equals + 1);
      } else if (option.get().isSwitch()) {
        value = "true";
      } else if (i + 1 < flags.size() && !flags.get(i + 1).startsWith("--")) {
        value = flags.get(++i);
      } else {
        errors.add(name + ": no value (expected: " + option.get().placeholder() + ")");
        continue;
      }
      var setting = new Setting(option.get(), value, option.get().flag());
      Setting before = settings.put(option.get(), setting);
      if (before != null) {
        errors.add(setting.error("the option once; it was already " + before.shown()));
      }
    }
  }

  private void readEnvironment(Map<String, String> environment) {
    var known = new HashSet<>(OTHER_ENVIRONMENT);
    for (ServerOption option : ServerOption.values()) {
      String value = environment.getOrDefault(option.environmentName(), "");
      if (!value.isEmpty()) {
        putUnlessSet(new Setting(option, value, option.environmentName()));
      }
      known.add(option.environmentName());
    }
    for (String name : new TreeSet<>(environment.keySet())) {
      if (name.startsWith(ServerOption.ENVIRONMENT_PREFIX) && !known.contains(name)) {
        warnings.add(name + ": not an option of the server; ignored");
      }
    }
  }

  private static String hint(String name) {
    var flags = Arrays.stream(ServerOption.values()).map(ServerOption::flag).toList();
    return NearestKey.of(name, flags).map(n -> n + "?").orElse("one that --help lists");
  }

  private void putUnlessSet(Setting setting) {
    settings.putIfAbsent(setting.option(), setting);
  }
}
