package dev.serin.server.cli;

import io.grpc.Status;

/** How a command ended, for scripts. */
public enum ExitCode {
  /** Done. */
  OK(0, "done"),
  /** Refused by the server, or invalid. */
  REFUSED(1, "refused or invalid"),
  /** The command line is wrong, a file it names cannot be read, or its output not be written. */
  USAGE(2, "wrong usage, or a file that cannot be read or written"),
  /** No such namespace, document, revision or run. */
  NOT_FOUND(3, "no such namespace, document, revision or run"),
  /** No server answers, or not in time. */
  UNREACHABLE(4, "the server cannot be reached, is not ready, or answers too late"),
  /** Somebody else came first: the revision or the run moved, the name is taken. */
  CONFLICT(5, "conflict: the revision or the run moved, or the name is taken"),
  /** What was watched ended: the run was rolled back. */
  ROLLED_BACK(6, "the run that was watched is rolled back"),
  /** What was watched ended: somebody cancelled the run. */
  CANCELLED(7, "the run that was watched is cancelled"),
  /** A bug of Serin. */
  INTERNAL(70, "a bug in Serin"),
  /** A server that others have taken over from: EX_TEMPFAIL of sysexits.h. */
  START_AGAIN(75, "a server that should be started again");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number a script sees. */
  public int code() {
    return code;
  }

  /** For --help. */
  String meaning() {
    return meaning;
  }

  /** How a command ends that the server refused with this status. */
  static ExitCode of(Status status) {
    return switch (status.getCode()) {
      case OK -> OK;
      case NOT_FOUND -> NOT_FOUND;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> UNREACHABLE;
      case ABORTED, ALREADY_EXISTS -> CONFLICT;
      case INTERNAL, UNKNOWN, DATA_LOSS -> INTERNAL;
      default -> REFUSED;
    };
  }
}
