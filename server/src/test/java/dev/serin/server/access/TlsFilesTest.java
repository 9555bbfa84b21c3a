package dev.serin.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.serin.server.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void files_thatMatch_haveNoProblem(String algorithm) throws Exception {
    var pair = TestCertificates.make(directory, "own", algorithm, "-1d");

    assertThat(new TlsFiles(pair.certificate(), pair.key()).problems()).isEmpty();
  }

  @Test
  void key_ofAnotherCertificate_isRefused() throws Exception {
    var own = TestCertificates.make(directory, "own");
    var other = TestCertificates.make(directory, "other");

    assertThat(new TlsFiles(own.certificate(), other.key()).problems())
        .containsExactly(
            new TlsFiles.Problem(
                true, "the private key of the certificate in " + own.certificate()));
  }

  @Test
  void key_ofAnotherAlgorithm_isRefused() throws Exception {
    var own = TestCertificates.make(directory, "own");
    var other = TestCertificates.make(directory, "other", "RSA", "-1d");

    assertThat(new TlsFiles(own.certificate(), other.key()).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.ofKey()).isTrue());
  }

  @Test
  void certificate_outOfItsTime_isRefused() throws Exception {
    var expired = TestCertificates.make(directory, "expired", "EC", "-9d");
    var early = TestCertificates.make(directory, "early", "EC", "+3d");

    assertThat(new TlsFiles(expired.certificate(), expired.key()).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.expected()).contains("has not expired"));
    assertThat(new TlsFiles(early.certificate(), early.key()).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.expected()).contains("is valid already"));
  }

  @Test
  void files_thatAreSomethingElse_areBothReported() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "hello");

    assertThat(new TlsFiles(text, directory.resolve("missing")).problems())
        .containsExactly(
            new TlsFiles.Problem(false, "an X.509 certificate in PEM"),
            new TlsFiles.Problem(true, "a file that exists"));
    assertThat(new TlsFiles(directory.resolve("missing"), text).problems())
        .hasSize(2)
        .last()
        .satisfies(problem -> assertThat(problem.expected()).contains("PKCS #8"));
  }
}
