package dev.serin.loadtest.process;

import java.io.IOException;

/** What the operating system does to a process without asking it. */
public enum Signal {
  /** It stops where it stands, in the middle of whatever it does. */
  STOP,
  /** It goes on, and does not know that it was stopped. */
  CONT;

  /** Sends it, to nobody where the process is gone. It is felt a moment later. */
  public void send(long processId) throws IOException {
    try {
      new ProcessBuilder("kill", "-" + name(), Long.toString(processId)).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
