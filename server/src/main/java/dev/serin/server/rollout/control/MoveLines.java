package dev.serin.server.rollout.control;

import dev.serin.server.rollout.journal.RunOrigin;
import dev.serin.server.rollout.machine.LogEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The line in the server's log for each move that this process has written. */
final class MoveLines {
  private static final Logger log = LoggerFactory.getLogger(MoveLines.class);

  private MoveLines() {}

  static void say(RunOrigin run, LogEntry entry) {
    log.atInfo()
        .addKeyValue("namespace", run.namespace())
        .addKeyValue("rollout", run.rollout())
        .addKeyValue("run", run.run())
        .addKeyValue("version", entry.number())
        .addKeyValue("actor", entry.actor())
        .addKeyValue("phase", entry.to())
        .addKeyValue("stage", entry.toStage())
        .addKeyValue("traffic", entry.traffic())
        .log("rollout: {}", entry.reason());
  }
}
