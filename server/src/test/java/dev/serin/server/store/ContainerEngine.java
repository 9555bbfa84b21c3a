package dev.serin.server.store;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL in a container of Testcontainers, on a host port that survives a restart. */
final class ContainerEngine implements PostgresServer.Engine {
  private static final int POSTGRES_PORT = 5432;
  private static final int STOP_SECONDS = 10;

  /** Without the image at hand nor a registry that gives it soon, other ways are quicker. */
  private static final Duration PULL_LIMIT = Duration.ofSeconds(60);

  private final PostgreSQLContainer container;
  private final String image;
  private final int port;

  private ContainerEngine(String image) {
    this.image = image;
    port = freePort();
    container =
        new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"));
    // A port that Docker chooses would be another one after a restart.
    container.setPortBindings(List.of("127.0.0.1:" + port + ":" + POSTGRES_PORT));
    container.start();
  }

  /** The engine with this image; fails where there is no Docker or the image does not start. */
  static ContainerEngine required(String image) {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new IllegalStateException(
          PostgresServer.IMAGE_VARIABLE + ": " + image + " (expected: a Docker engine answers)");
    }
    if (!isPresent(image) && !pull(image)) {
      throw new IllegalStateException(
          PostgresServer.IMAGE_VARIABLE
              + ": "
              + image
              + " (expected: an image Docker has or gets)");
    }
    return new ContainerEngine(image);
  }

  /** The engine with this image, or nothing where Docker does not answer or lacks the image. */
  static Optional<ContainerEngine> ifAvailable(String image) {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return Optional.empty();
    }
    if (!isPresent(image) && !pull(image)) {
      System.out.println(
          "Docker answers but has no image "
              + image
              + " and could not pull it: not used for tests");
      return Optional.empty();
    }
    return Optional.of(new ContainerEngine(image));
  }

  @Override
  public void start() {
    try {
      docker().startContainerCmd(container.getContainerId()).exec();
    } catch (NotModifiedException e) {
      // It runs already, as a test that only makes sure of it may find.
    }
  }

  @Override
  public void stop() {
    docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
  }

  @Override
  public void pause() {
    docker().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void resume() {
    docker().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String user() {
    return container.getUsername();
  }

  @Override
  public String password() {
    return container.getPassword();
  }

  @Override
  public String toString() {
    return "container of " + image;
  }

  private static DockerClient docker() {
    return DockerClientFactory.instance().client();
  }

  private static boolean isPresent(String image) {
    try {
      docker().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Pulls the image; whether it worked is asked of Docker, which ends some failures quietly. */
  private static boolean pull(String image) {
    try {
      docker()
          .pullImageCmd(image)
          .start()
          .awaitCompletion(PULL_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (DockerException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return isPresent(image);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port", e);
    }
  }
}
