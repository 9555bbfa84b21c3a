package dev.serin.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.engine.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of limits in proto/ERRORS.md says what the code does. */
class LimitsPageTest {
  private static final Path PAGE = Path.of("../proto/ERRORS.md");

  /** Limits of other domains, which this package may not look into. */
  private static final List<String> OF_OTHERS =
      List.of(
          "request of DecisionService",
          "user key",
          "attributes of a request",
          "request of AnalysisService",
          "request of RolloutService",
          "id of a request",
          "watches of runs at once",
          "entries of a watch's first answer",
          "entries of a replay",
          "features of an export");

  @Test
  void page_limits_areThoseOfTheCode() throws IOException {
    Map<String, String> listed = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(PAGE);
    for (String line : lines.subList(lines.indexOf("## Limits"), lines.size())) {
      String[] cells = line.split("\\|", -1);
      if (cells.length > 3 && !cells[1].contains("---") && !cells[1].strip().equals("limit")) {
        listed.put(cells[1].strip(), cells[2].strip());
      }
    }
    assertThat(listed.keySet()).containsAll(OF_OTHERS);
    OF_OTHERS.forEach(listed::remove);

    assertThat(listed).isEqualTo(ofCode());
  }

  private static Map<String, String> ofCode() {
    Map<String, String> limits = new LinkedHashMap<>();
    limits.put("request of FeatureService", bytes(FeatureServiceAdapter.MAX_REQUEST_BYTES));
    limits.put(
        "request of KillFeature, ReviveFeature",
        bytes(FeatureServiceAdapter.MAX_KILL_REQUEST_BYTES));
    limits.put("documents of a request", number(RequestChecks.MAX_DOCUMENTS));
    limits.put("documents of a namespace", number(ChangePlanner.MAX_DOCUMENTS));
    limits.put("namespaces", number(NamespaceCommands.MAX_NAMESPACES));
    limits.put("entries of a page", number(RequestChecks.MAX_PAGE_SIZE));
    limits.put("bytes of a page", bytes(Page.MAX_BYTES));
    limits.put("violations of an answer", number(AnswerSize.MAX_VIOLATIONS));
    limits.put("namespace name", number(RequestChecks.MAX_NAMESPACE_CHARS));
    limits.put("actor", number(RequestChecks.MAX_ACTOR_CHARS));
    limits.put("reason", number(RequestChecks.MAX_REASON_CHARS));
    limits.put("key of a document", number(Limits.MAX_KEY_CHARS));
    limits.put("key of a variant, id of a split or rule", number(Limits.MAX_ID_CHARS));
    limits.put("description", number(Limits.MAX_DESCRIPTION_CHARS));
    limits.put("owner", number(Limits.MAX_OWNER_CHARS));
    limits.put("tags of a feature", number(Limits.MAX_TAGS));
    limits.put("characters of a tag", number(Limits.MAX_TAG_CHARS));
    limits.put("variants of a feature", number(Limits.MAX_VARIANTS));
    limits.put("value of a variant", bytes(Limits.MAX_VALUE_BYTES));
    limits.put("nesting of a value", number(Limits.MAX_VALUE_DEPTH));
    limits.put("overrides of a feature", number(Limits.MAX_OVERRIDES));
    limits.put("user keys of all overrides", number(Limits.MAX_OVERRIDE_KEYS));
    limits.put("prerequisites of a feature", number(Limits.MAX_PREREQUISITES));
    limits.put("chain of prerequisites", number(Limits.MAX_PREREQUISITE_DEPTH));
    limits.put("splits of a feature", number(Limits.MAX_SPLITS));
    limits.put("rules of a feature", number(Limits.MAX_RULES));
    limits.put("metrics of a feature", number(Limits.MAX_FEATURE_METRICS));
    limits.put("metrics of a namespace", number(Limits.MAX_NAMESPACE_METRICS));
    limits.put("measure of a metric", number(Limits.MAX_MEASURE_CHARS));
    limits.put("value of a metric", number((long) Limits.MAX_METRIC_VALUE));
    limits.put("total of weights, shares, slots", number(Limits.MAX_TOTAL));
    limits.put("salt", number(Limits.MAX_SALT_CHARS));
    limits.put("conditions beside each other", number(Limits.MAX_CONDITIONS));
    limits.put("conditions inside each other", number(Limits.MAX_CONDITION_DEPTH));
    limits.put("name of an attribute", number(Limits.MAX_ATTRIBUTE_CHARS));
    limits.put("values of in", number(Limits.MAX_IN_VALUES));
    limits.put("texts of a condition", number(Limits.MAX_NEEDLES));
    limits.put("regular expression", number(Limits.MAX_REGEX_CHARS));
    limits.put("values of a segment", number(Limits.MAX_SEGMENT_VALUES));
    limits.put("chain of segments", number(Limits.MAX_SEGMENT_DEPTH));
    limits.put("file of documents", bytes(DocumentText.MAX_FILE_BYTES));
    limits.put("nesting of a file", number(YamlComposer.MAX_DEPTH));
    limits.put("files of a folder", number(DocumentFiles.MAX_FILES));
    limits.put("folders inside each other", number(DocumentFiles.MAX_FOLDER_DEPTH));
    limits.put("files of a namespace", bytes(DirectoryContent.MAX_NAMESPACE_BYTES));
    return limits;
  }

  private static String bytes(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  /** Digits in groups of three, as the page writes them. */
  private static String number(long number) {
    List<String> groups = new ArrayList<>();
    for (long left = number; left > 0; left /= 1_000) {
      groups.add(0, left >= 1_000 ? String.format("%03d", left % 1_000) : String.valueOf(left));
    }
    return String.join(" ", groups);
  }
}
