package dev.serin.server.rollout.control;

/**
 * Whoever works only while this process may act for all runs. Called by the controller's thread.
 */
public interface LeaseWatcher {
  /** Nobody. */
  LeaseWatcher NONE =
      new LeaseWatcher() {
        @Override
        public void taken() {}

        @Override
        public void lost() {}
      };

  /** The lease was taken. Must not wait. */
  void taken();

  /** It was lost or given back. Must not wait. */
  void lost();
}
