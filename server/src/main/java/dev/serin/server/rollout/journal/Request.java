package dev.serin.server.rollout.journal;

import static java.util.Objects.requireNonNull;

/**
 * A person's request, which may come twice.
 *
 * @param namespace it is of
 * @param id unique among the namespace's requests, drawn by whoever asks
 * @param asked the whole command as a text: what comes under the same id has to ask the same
 */
public record Request(String namespace, String id, String asked) {
  /** Checks that all is there. */
  public Request {
    requireNonNull(namespace, "namespace");
    requireNonNull(id, "id");
    requireNonNull(asked, "asked");
  }
}
