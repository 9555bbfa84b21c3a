package dev.serin.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  private static final Context USER = Context.user("u");

  @Test
  void tls_authoritiesOfAFile_areTrustedAndNoOthers(@TempDir Path dir) throws Exception {
    Certificate certificate = Certificate.forLoopback(dir);
    try (FakeServer server = new FakeServer(0, credentials(certificate))) {
      server.answers(Values.decision(Values.of(true)));
      try (SerinClient trusting =
              SerinClient.builder(server.target())
                  .tls(certificate.chain())
                  .deadline(Deadlines.GENEROUS)
                  .build();
          SerinClient suspicious =
              SerinClient.builder(server.target()).deadline(Deadlines.GENEROUS).build();
          SerinClient plaintext =
              SerinClient.builder(server.target())
                  .plaintext()
                  .deadline(Deadlines.GENEROUS)
                  .build()) {
        assertThat(trusting.evaluateDetails("f", USER, false).orThrow()).isTrue();
        assertThat(suspicious.evaluateDetails("f", USER, false).error().orElseThrow().code())
            .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
        assertThat(plaintext.evaluateDetails("f", USER, false).error().orElseThrow().code())
            .isEqualTo(ErrorCode.PROVIDER_NOT_READY);
      }
    }
  }

  private static io.grpc.ServerCredentials credentials(Certificate certificate) throws IOException {
    return TlsServerCredentials.create(
        certificate.chain().toFile(), certificate.privateKey().toFile());
  }
}
