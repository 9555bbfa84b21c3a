package dev.serin.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The fixture itself: without it every store test would prove less than it says. */
class PostgresServerTest {
  private final PostgresServer server = PostgresServer.shared();

  @Test
  void shared_imageNamed_runsInContainer() {
    String image = System.getenv(PostgresServer.IMAGE_VARIABLE);
    if (image != null && !image.isEmpty()) {
      assertThat(server.inContainer()).as("%s", server).isTrue();
      assertThat(server.toString()).contains(image);
    }
    assertThat(server.toString()).containsPattern("(container of .+|embedded binaries), port \\d+");
  }

  @Test
  void freshDatabase_twice_areEmptyAndApart() throws SQLException {
    String first = server.freshDatabase();
    String second = server.freshDatabase();
    assertThat(first).isNotEqualTo(second);
    execute(first, "CREATE TABLE only_here (id INT)");

    assertThat(query(first, "SELECT count(*) FROM only_here")).isZero();
    assertThat(tables(second)).isZero();
  }

  @Test
  void stopAndStart_committedRow_isKeptAtTheSameAddress() throws SQLException {
    String url = server.freshDatabase();
    execute(url, "CREATE TABLE kept (id INT)");
    execute(url, "INSERT INTO kept VALUES (7)");

    server.stop();
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> query(url, "SELECT id FROM kept"));
    server.start();

    assertThat(query(url, "SELECT id FROM kept")).isEqualTo(7);
  }

  @Test
  void pause_openConnection_getsNoAnswerUntilResume() throws SQLException {
    String url = server.freshDatabase();
    try (Connection connection = DriverManager.getConnection(url + "&socketTimeout=1")) {
      server.pause();
      try {
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> connection.createStatement().execute("SELECT 1"))
            .withMessageContaining("I/O error");
      } finally {
        server.resume();
      }
    }
    assertThat(query(url, "SELECT 1")).isEqualTo(1);
  }

  private static int tables(String url) throws SQLException {
    return query(
        url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'");
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int query(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
