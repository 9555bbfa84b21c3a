package dev.serin.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT of this process: the first asks to stop, the second stops at once.
 *
 * <p>Through {@code sun.misc.Signal}, by reflection: the JDK has nothing else that tells a signal
 * from an ordinary exit, or one signal from two.
 */
final class StopSignals {
  /** Exit code of a process that was told twice. */
  private static final int FORCED = 130;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicBoolean stopping = new AtomicBoolean();

  /** Takes the signals over from the JVM. */
  void listen() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method handle = signal.getMethod("handle", signal, handler);
      Object own =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                received();
                return null;
              });
      for (String name : new String[] {"TERM", "INT"}) {
        handle.invoke(null, signal.getConstructor(String.class).newInstance(name), own);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      throw new IllegalStateException("signals: not to be had from this JVM", cause(e));
    }
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    asked.await();
  }

  /** Asks to stop, as a first signal does. */
  void stop() {
    asked.countDown();
  }

  private void received() {
    if (stopping.getAndSet(true)) {
      Runtime.getRuntime().halt(FORCED);
    }
    asked.countDown();
  }

  private static Throwable cause(Exception e) {
    return e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
  }
}
