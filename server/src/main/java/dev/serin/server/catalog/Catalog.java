package dev.serin.server.catalog;

import dev.serin.engine.DocumentId;
import dev.serin.engine.Violation;
import dev.serin.server.error.ApiErrors;
import dev.serin.server.error.ApiException;
import dev.serin.server.store.Database;
import dev.serin.v1.ChangeSource;
import dev.serin.v1.Document;
import dev.serin.v1.DocumentKind;
import dev.serin.v1.HistoryEntry;
import dev.serin.v1.Namespace;
import dev.serin.v1.Rollout;
import dev.serin.v1.StoredDocument;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes namespaces and their documents; every change is a revision.
 *
 * <p>A change is decided on one state of its namespace and committed only if the namespace still
 * has that revision; where another writer came between and no revision was expected, it is decided
 * again. A refused change leaves everything as it was.
 *
 * <p>Safe for all threads. Every method blocks for the store: call from bounded executors. Failures
 * are {@link ApiException}s.
 */
public final class Catalog {
  /** Times a change is decided before it gives up: others change the namespace too fast. */
  static final int MAX_ATTEMPTS = 8;

  private final NamespaceStates states;
  private final CatalogQueries queries;
  private final ChangePlanner planner;
  private final ChangeWriter writer;
  private final NamespaceCommands namespaces;
  private final KillCommands kills;
  private final RunScenes scenes;
  private final RunServing serving;

  /** One change of a namespace at a time in this process: they would only make each other retry. */
  private final NamedLocks changing = new NamedLocks();

  /**
   * A catalog over a store.
   *
   * @param rollouts says what is wrong with a rollout
   * @param random draws identities of changes; safe for all threads
   */
  public Catalog(
      Database database, RolloutCheck rollouts, InstantSource clock, RandomGenerator random) {
    states = new NamespaceStates(database, new StateReader());
    queries = new CatalogQueries(database, states);
    planner = new ChangePlanner(rollouts);
    writer = new ChangeWriter(database, clock, random);
    namespaces = new NamespaceCommands(database, states, writer, clock);
    kills = new KillCommands(writer);
    scenes = new RunScenes(states);
    serving = new RunServing(writer);
  }

  /** Creates a namespace; a deleted one comes back empty, with its history. */
  public Namespace createNamespace(String name, Note note) {
    return namespaces.create(name, note);
  }

  /** The namespaces by name. */
  public List<Namespace> listNamespaces() {
    return namespaces.list();
  }

  /** Deletes a namespace that holds no documents. */
  public void deleteNamespace(String name, Note note) {
    namespaces.delete(name, note);
  }

  /** A document, now or as it was at a revision. Its kill switch is always today's. */
  public StoredDocument get(String namespace, DocumentId id, OptionalLong atRevision) {
    return queries.get(namespace, id, atRevision);
  }

  /** A rollout's document as it is now. */
  public StoredDocument rollout(String namespace, String key) {
    return get(
        namespace, new DocumentId(DocumentKind.DOCUMENT_KIND_ROLLOUT, key), OptionalLong.empty());
  }

  /** One page of documents by kind and key. */
  public Page<StoredDocument> list(ListQuery query) {
    return queries.list(query);
  }

  /** One page of changes, newest first. */
  public Page<HistoryEntry> history(HistoryQuery query) {
    return queries.history(query);
  }

  /** Creates, replaces, deletes and archives documents, or says what that would change. */
  public ApplyResult apply(ApplyCommand command) {
    return change(
        command.namespace(),
        command.expectedRevision(),
        command.dryRun(),
        command.note(),
        command.source(),
        state -> ChangeTargets.ofWrites(state, command.writes()));
  }

  /** Every violation of documents, checked against the namespace as it is. */
  public List<Violation> validate(String namespace, List<Document> documents) {
    NamespaceState state = states.current(namespace);
    List<DocumentWrite> writes = new ArrayList<>();
    documents.forEach(
        document -> writes.add(new DocumentWrite.Put(document, OptionalLong.empty())));
    return planner.plan(state, ChangeTargets.ofWrites(state, writes)).violations();
  }

  /** Makes documents what they were at an earlier revision, as a new revision. */
  public ApplyResult restore(RestoreCommand command) {
    return change(
        command.namespace(),
        command.expectedRevision(),
        command.dryRun(),
        command.note(),
        ChangeSource.CHANGE_SOURCE_API,
        state -> restored(state, command));
  }

  private List<Target> restored(NamespaceState state, RestoreCommand command) {
    if (command.document().isEmpty()) {
      return ChangeTargets.ofRestore(state, queries.allAt(state, command.revision()));
    }
    DocumentId id = command.document().get();
    StoredVersion then = queries.at(state, id, command.revision());
    return List.of(new Target(id, VersionContent.of(then)));
  }

  /** Copies documents from one namespace to another. */
  public ApplyResult copy(CopyCommand command) {
    if (command.from().equals(command.to())) {
      throw ApiErrors.invalidRequest(
          "to_namespace", "\"" + command.to() + "\" (expected: another than from_namespace)");
    }
    return change(
        command.to(),
        command.expectedRevision(),
        command.dryRun(),
        command.note(),
        ChangeSource.CHANGE_SOURCE_API,
        state -> ChangeTargets.ofCopy(states.current(command.from()), command.documents()));
  }

  /** Sets a feature's kill switch. Never waits for a large change. */
  public KillResult kill(String namespace, String feature, Note note) {
    return kills.set(namespace, feature, true, note);
  }

  /** Lifts a feature's kill switch. */
  public KillResult revive(String namespace, String feature, Note note) {
    return kills.set(namespace, feature, false, note);
  }

  /** How rollouts change what is served. */
  public RunServing serving() {
    return serving;
  }

  /** What a start of a rollout is decided on. */
  public RunScene scene(String namespace, String rollout) {
    return scenes.scene(namespace, rollout);
  }

  /**
   * Rollouts of a namespace by key.
   *
   * @param after key of the rollout before the first; empty: from the first on
   * @param limit at most so many, 1 or more
   */
  public List<Rollout> rollouts(String namespace, String after, int limit) {
    return scenes.rollouts(namespace, after, limit);
  }

  /**
   * The switches of some features, as the store has them now; of one that is not there, too. For
   * each tick: one statement, and what changed since.
   */
  public Map<FeatureName, FeatureSwitches> switches(Collection<FeatureName> features) {
    return scenes.switches(features);
  }

  /** Removes what a process that ended began to write and never finished. */
  int cleanOrphans() {
    return writer.cleanOrphans();
  }

  NamespaceStates states() {
    return states;
  }

  private ApplyResult change(
      String namespace,
      OptionalLong expectedRevision,
      boolean dryRun,
      Note note,
      ChangeSource source,
      Function<NamespaceState, List<Target>> decision) {
    if (dryRun) {
      return unchanged(decide(namespace, expectedRevision, decision));
    }
    return changing.alone(
        namespace, () -> changeAlone(namespace, expectedRevision, note, source, decision));
  }

  private ApplyResult changeAlone(
      String namespace,
      OptionalLong expectedRevision,
      Note note,
      ChangeSource source,
      Function<NamespaceState, List<Target>> decision) {
    ChangeWriter.@Nullable Draft draft = null;
    long decidedOn = 0;
    try {
      for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        ChangePlan plan = decide(namespace, expectedRevision, decision);
        if (plan.isEmpty()) {
          return unchanged(plan);
        }
        if (draft == null || !draft.holds(plan.writes())) {
          if (draft != null) {
            draft.close();
          }
          draft = writer.new Draft(plan.writes(), note, source);
        }
        decidedOn = plan.base().revision();
        OptionalLong revision = draft.commit(plan.base().head());
        if (revision.isPresent()) {
          return new ApplyResult(revision.getAsLong(), plan.changes(), plan.unchanged());
        }
      }
    } finally {
      if (draft != null) {
        draft.close();
      }
    }
    throw conflict(states.current(namespace).head(), decidedOn);
  }

  private ChangePlan decide(
      String namespace,
      OptionalLong expectedRevision,
      Function<NamespaceState, List<Target>> decision) {
    NamespaceState state = states.current(namespace);
    if (expectedRevision.isPresent() && expectedRevision.getAsLong() != state.revision()) {
      throw conflict(state.head(), expectedRevision.getAsLong());
    }
    ChangePlan plan = planner.plan(state, decision.apply(state));
    ChangePlanner.requireValid(plan);
    return plan;
  }

  private static ApplyResult unchanged(ChangePlan plan) {
    return new ApplyResult(plan.base().revision(), plan.changes(), plan.unchanged());
  }

  static ApiException conflict(NamespaceHead head, long expected) {
    return ApiErrors.revisionConflict(
        "namespace \"" + head.name() + "\"", head.revision(), expected);
  }
}
