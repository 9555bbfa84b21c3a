package dev.serin.server.outcome;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of exposures and outcomes when they are durable, and never before. Where nobody follows it
 * costs one volatile read for each flush. Safe for all threads.
 */
public final class CommittedFeed {
  private static final Logger log = LoggerFactory.getLogger(CommittedFeed.class);

  private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();

  /** Is told what became durable. */
  @FunctionalInterface
  public interface Follower {
    /**
     * One flush is durable; its producers have not been told yet. Called by the thread that flushes
     * next: it may not wait. One that throws is told no more.
     */
    void committed(List<? extends CommittedRecords> flush);
  }

  /** Tells a follower of every flush from now on. */
  public void follow(Follower follower) {
    followers.add(follower);
  }

  /** Tells a follower no more; it may hear of a flush that is being told of. */
  public void unfollow(Follower follower) {
    followers.remove(follower);
  }

  /** How many follow. */
  public int size() {
    return followers.size();
  }

  /** Whether anybody follows, so that a flush is worth telling of. */
  public boolean isFollowed() {
    return !followers.isEmpty();
  }

  /** A flush is durable. */
  public void committed(List<? extends CommittedRecords> flush) {
    for (Follower follower : followers) {
      try {
        follower.committed(flush);
      } catch (RuntimeException fault) {
        // What is durable has to be acknowledged, whoever else cannot hear of it.
        log.error("outcomes: a follower failed and is told no more", fault);
        unfollow(follower);
      }
    }
  }
}
