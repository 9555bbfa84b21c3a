package dev.serin.server.cli;

import io.grpc.Status;
import java.util.List;

/** What a person at the command line can do about an error, by its reason. */
final class Mending {
  /** What a TLS handshake says about an answer in plain text. */
  private static final String NO_TLS = "not an SSL/TLS record";

  /** What a connection says that was closed, or answered in TLS, when it spoke plain text. */
  private static final List<String> CLOSED_AT_ONCE =
      List.of("Network closed for unknown reason", "First received frame was not SETTINGS");

  private Mending() {}

  /** One sentence; empty: the message says it all. */
  static String of(String reason, Status status) {
    return switch (reason) {
      case "NAMESPACE_NOT_FOUND" ->
          "'serin get namespaces' lists them, 'serin create namespace NAME' makes one";
      case "FEATURE_NOT_FOUND" -> "'serin get features' lists the keys of the namespace";
      case "DOCUMENT_NOT_FOUND" -> "'serin get all' lists the documents of the namespace";
      case "REVISION_NOT_FOUND" -> "'serin history' lists the revisions";
      case "FEATURE_ARCHIVED" -> "apply or restore the feature to have it back";
      case "DOCUMENT_IN_USE" -> "apply the documents that refer to it without the reference first";
      case "REVISION_CONFLICT" ->
          "somebody else changed it: look with 'serin history', then apply on the new revision";
      case "RUN_VERSION_CONFLICT" ->
          "the run moved: look with 'serin rollout status', then decide on its version";
      case "RUN_UNREADABLE" ->
          "update the server, or name a newer one; 'serin kill' of the feature works meanwhile";
      case "RUN_NOT_FOUND" -> "'serin rollout list' shows what was started";
      case "ROLLOUT_ACTIVE" ->
          "'serin rollout list --active -o wide' shows the run; end it first, or wait for it";
      case "REQUEST_ID_REUSED" -> "leave --request-id out, or draw a new one";
      case "INVALID_DOCUMENT" -> "mend the fields named; 'serin validate -f FILE' checks offline";
      case "STORE_UNAVAILABLE" -> "the server still decides; repeat when its store is back";
      case "CHANGE_UNCERTAIN" ->
          "'serin history', of a run 'serin rollout history', shows whether it was made";
      case "STORE_FULL" -> "free space where the server keeps its data, then repeat";
      case "NOT_READY" -> "the server is starting: repeat in a moment";
      case "SHUTTING_DOWN" -> "the server is stopping: call another one, or repeat in a moment";
      case "OVERLOADED" -> "repeat in a moment";
      case "EXPORT_TOO_SLOW" -> "begin again: write to a file first, or export fewer features";
      case "REQUEST_TOO_LARGE" -> "send fewer documents at once, or smaller ones";
      case "INTERNAL" -> "look up the incident in the server's log";
      case "" -> ofTransport(status);
      default -> "";
    };
  }

  private static String ofTransport(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE -> unreachable(status);
      case DEADLINE_EXCEEDED -> "give it more time with --timeout";
      case UNIMPLEMENTED -> "the server is older than this command line, or no Serin at all";
      default -> "";
    };
  }

  private static String unreachable(Status status) {
    String description = String.valueOf(status.getDescription());
    String cause = status.getCause() == null ? "" : String.valueOf(status.getCause().getMessage());
    if (cause.contains(NO_TLS)) {
      return "the server talks without TLS: leave out --tls and --ca";
    } else if (CLOSED_AT_ONCE.stream().anyMatch((description + cause)::contains)) {
      return "does the server talk TLS? then add --tls, or --ca FILE";
    }
    return "is a server there? 'serin server' starts one; --server names another";
  }
}
