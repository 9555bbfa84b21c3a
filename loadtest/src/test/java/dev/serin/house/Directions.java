package dev.serin.house;

import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which package of the server may use which; the table of docs/architecture.md.
 *
 * @param root the package whose sub-packages the table names
 */
record Directions(String root) {
  /** What every domain may use: connections, meters, identity, errors, and bytes of messages. */
  private static final Set<String> GROUND = Set.of("store", "telemetry", "access", "error", "wire");

  /** Each package with what it may use besides itself. Whatever is not listed is forbidden. */
  private static final Map<String, Set<String>> MAY_USE = table();

  private static final String ENGINE = "dev.serin.engine";

  /** The packages that compile features or evaluate them. */
  private static final Set<String> ENGINE_USERS = Set.of("catalog", "decision", "outcome");

  private static Map<String, Set<String>> table() {
    Map<String, Set<String>> table = new LinkedHashMap<>();
    table.put("error", Set.of());
    table.put("telemetry", Set.of());
    table.put("wire", Set.of());
    table.put("access", Set.of("error", "telemetry"));
    table.put("store", Set.of("error", "telemetry"));
    table.put("analysis", Set.of());
    table.put("catalog", GROUND);
    table.put("fleet", GROUND);
    table.put("outcome", and(GROUND, "catalog"));
    table.put("decision", and(GROUND, "catalog", "outcome", "fleet"));
    table.put("rollout", and(GROUND, "catalog", "outcome", "analysis", "fleet"));
    table.put("report", and(GROUND, "catalog", "outcome", "analysis", "rollout"));
    // Adapters of the whole for people: they use the domains, nothing uses them but the root.
    table.put("cli", Set.of("analysis", "catalog", "error", "rollout"));
    Set<String> http = new TreeSet<>(table.keySet());
    http.remove("cli");
    table.put("http", http);
    return table;
  }

  /** All packages of the table. */
  static Set<String> packages() {
    return MAY_USE.keySet();
  }

  /** One rule for each package of the table, the engine's users, and the root. */
  List<ArchRule> rules() {
    List<ArchRule> rules = new ArrayList<>();
    MAY_USE.forEach((name, allowed) -> rules.add(usesOnly(name, allowed)));
    rules.add(engineIsUsedOnlyWhereFeaturesAreCompiledOrEvaluated());
    rules.add(everyPackageIsInTheTable());
    return rules;
  }

  private ArchRule usesOnly(String name, Set<String> allowed) {
    Set<String> own = and(allowed, name);
    return noClasses()
        .that()
        .resideInAPackage(root + "." + name + "..")
        .should()
        .dependOnClassesThat(
            in("the server outside of " + own, type -> isOurs(type) && !own.contains(part(type))))
        .allowEmptyShould(true)
        .because("dependencies point one way");
  }

  private ArchRule engineIsUsedOnlyWhereFeaturesAreCompiledOrEvaluated() {
    return noClasses()
        .that(
            in(
                "a package that neither compiles nor evaluates",
                type ->
                    isOurs(type) && !part(type).isEmpty() && !ENGINE_USERS.contains(part(type))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENGINE + "..")
        .allowEmptyShould(true)
        .because("only " + ENGINE_USERS + " compile or evaluate features");
  }

  private ArchRule everyPackageIsInTheTable() {
    return noClasses()
        .should(
            be(
                in(
                    "in a package of the server that the table does not name",
                    type ->
                        isOurs(type) && !part(type).isEmpty() && !MAY_USE.containsKey(part(type)))))
        .allowEmptyShould(true)
        .because("a new package needs a decision about its place");
  }

  private boolean isOurs(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(root) || name.startsWith(root + ".");
  }

  /** The first name below the root, empty for the root itself. */
  private String part(JavaClass type) {
    String name = type.getPackageName();
    if (name.equals(root)) {
      return "";
    }
    String below = name.substring(root.length() + 1);
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }

  private static DescribedPredicate<JavaClass> in(
      String description, Predicate<JavaClass> predicate) {
    return DescribedPredicate.describe(description, predicate);
  }

  private static Set<String> and(Set<String> some, String... more) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(List.of(more));
    return all;
  }
}
