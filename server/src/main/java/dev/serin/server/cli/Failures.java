package dev.serin.server.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what went wrong with a command, and how to mend it; gives the exit code. */
final class Failures {
  private final Terminal terminal;

  Failures(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The command line is wrong. */
  int usage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    error(String.valueOf(failure.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
      if (command.getParent() == null) {
        command.usage(command.getErr());
      } else {
        terminal
            .err()
            .println(
                terminal.dim("mend: ")
                    + "'"
                    + command.getCommandSpec().qualifiedName()
                    + " --help' tells how");
      }
    }
    command.getErr().flush();
    terminal.err().flush();
    return ExitCode.USAGE.code();
  }

  /** The command could not be done. */
  int execution(Exception failure, CommandLine command, ParseResult parsed) {
    ExitCode exitCode =
        switch (failure) {
          case CommandFailure known -> {
            error(String.valueOf(known.getMessage()));
            yield known.exitCode();
          }
          case StatusRuntimeException refused -> refused(refused);
          default -> {
            error("unexpected: " + failure);
            failure.printStackTrace(terminal.err());
            yield ExitCode.INTERNAL;
          }
        };
    terminal.out().flush();
    terminal.err().flush();
    return exitCode.code();
  }

  /** Serin's name of what went wrong; empty: gRPC itself failed. */
  static String reasonOf(StatusRuntimeException refused) {
    com.google.rpc.Status details = StatusProto.fromThrowable(refused);
    return details == null ? "" : reasonIn(details.getDetailsList());
  }

  private ExitCode refused(StatusRuntimeException refused) {
    Status status = refused.getStatus();
    com.google.rpc.Status details = StatusProto.fromThrowable(refused);
    List<Any> parts = details == null ? List.of() : details.getDetailsList();
    String reason = reasonIn(parts);
    String description = status.getDescription();
    StringBuilder message = new StringBuilder(reason.isEmpty() ? status.getCode().name() : reason);
    if (description != null) {
      message.append(": ").append(description);
    }
    if (status.getCause() != null && status.getCause().getMessage() != null) {
      message.append(" (").append(status.getCause().getMessage()).append(')');
    }
    error(message.toString());
    List<BadRequest.FieldViolation> violations = violationsIn(parts);
    if (violations.size() > 1) {
      for (BadRequest.FieldViolation violation : violations) {
        String field = violation.getField();
        terminal
            .err()
            .println("  " + (field.isEmpty() ? "" : field + ": ") + violation.getDescription());
      }
    }
    String mend = Mending.of(reason, status);
    if (!mend.isEmpty()) {
      terminal.err().println(terminal.dim("mend: ") + mend);
    }
    return ExitCode.of(status);
  }

  private void error(String message) {
    terminal.err().println(terminal.red("error: ") + message);
  }

  private static String reasonIn(List<Any> details) {
    for (Any part : details) {
      if (part.is(ErrorInfo.class)) {
        return unpack(part, ErrorInfo.getDefaultInstance()).getReason();
      }
    }
    return "";
  }

  private static List<BadRequest.FieldViolation> violationsIn(List<Any> details) {
    for (Any part : details) {
      if (part.is(BadRequest.class)) {
        return unpack(part, BadRequest.getDefaultInstance()).getFieldViolationsList();
      }
    }
    return List.of();
  }

  private static <M extends com.google.protobuf.Message> M unpack(Any part, M absent) {
    try {
      return part.unpackSameTypeAs(absent);
    } catch (InvalidProtocolBufferException unreadable) {
      return absent;
    }
  }
}
