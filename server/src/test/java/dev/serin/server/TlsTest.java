package dev.serin.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.serin.v1.FeatureServiceGrpc;
import dev.serin.v1.ListNamespacesRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ports with TLS by two files, and the doors that stay shut without it. */
class TlsTest {
  private static final int WRONG_USAGE = 2;

  @TempDir static Path directory;
  private static TestCertificates.Pair own;
  private static TestCertificates.Pair other;

  @BeforeAll
  static void make() throws Exception {
    own = TestCertificates.make(directory, "serin");
    other = TestCertificates.make(directory, "other");
  }

  @Test
  void server_withTls_answersThoseWhoTrustItsCertificateOnBothPorts() throws Exception {
    try (RunningServer server = RunningServer.start(directory.resolve("tls"), flags(own))) {
      assertThat(namespaces(server.server().grpcPort(), own)).isEqualTo(1);
      assertThat(get(server.server().httpPort(), own).body()).isEqualTo("ok\n");
    }
  }

  @Test
  void server_withTls_beyondLoopback_isAllowed() throws Exception {
    List<String> flags = new ArrayList<>(List.of(flags(own)));
    flags.add("--grpc-address=0.0.0.0");
    flags.add("--http-address=0.0.0.0");
    try (RunningServer server =
        RunningServer.start(directory.resolve("open"), flags.toArray(String[]::new))) {
      assertThat(namespaces(server.server().grpcPort(), own)).isEqualTo(1);
      assertThat(get(server.server().httpPort(), own).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void client_withoutTlsOrWithAnotherCertificate_isNotServed() throws Exception {
    try (RunningServer server = RunningServer.start(directory.resolve("strict"), flags(own))) {
      ManagedChannel plain =
          NettyChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
              .usePlaintext()
              .build();
      try {
        assertThat(refused(plain).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      } finally {
        plain.shutdownNow();
      }
      assertThatThrownBy(() -> server.get("/healthz")).isInstanceOf(IOException.class);

      ManagedChannel suspicious = channel(server.server().grpcPort(), other);
      try {
        assertThat(refused(suspicious).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      } finally {
        suspicious.shutdownNow();
      }
      int port = server.server().httpPort();
      assertThatThrownBy(() -> get(port, other)).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void start_wrongFiles_saysWhichAndWhy() throws Exception {
    Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "no PEM at all");

    assertThat(start("--tls-cert=nowhere.crt", "--tls-key=nowhere.key"))
        .contains(
            "serin: tls-cert: nowhere.crt (expected: a file that exists) [from --tls-cert]",
            "serin: tls-key: nowhere.key (expected: a file that exists) [from --tls-key]");
    assertThat(start("--tls-cert=" + nonsense, "--tls-key=" + nonsense))
        .contains("tls-cert: " + nonsense + " (expected: an X.509 certificate in PEM)")
        .contains("tls-key: " + nonsense + " (expected: an unencrypted private key");
    assertThat(start("--tls-cert=" + own.certificate(), "--tls-key=" + other.key()))
        .contains("tls-key: " + other.key())
        .contains("(expected: the private key of the certificate in " + own.certificate() + ")");
    assertThat(start("--tls-cert=" + own.certificate())).contains("(expected: --tls-key too)");
  }

  @Test
  void start_beyondLoopbackWithoutTls_isRefusedForEachPort() {
    assertThat(start("--grpc-address=0.0.0.0", "--http-address=0.0.0.0"))
        .contains("serin: grpc-address: 0.0.0.0 (expected: a loopback address, or --tls-cert and")
        .contains("serin: http-address: 0.0.0.0 (expected: a loopback address, or --tls-cert and")
        .contains("--insecure-listen");
  }

  @Test
  void start_beyondLoopbackWhenToldSo_serves() throws Exception {
    try (RunningServer server =
        RunningServer.start(
            directory.resolve("insecure"), "--grpc-address=0.0.0.0", "--insecure-listen")) {
      assertThat(
              server
                  .features()
                  .listNamespaces(ListNamespacesRequest.getDefaultInstance())
                  .getNamespacesCount())
          .isEqualTo(1);
    }
  }

  private static String[] flags(TestCertificates.Pair pair) {
    return new String[] {"--tls-cert=" + pair.certificate(), "--tls-key=" + pair.key()};
  }

  /** What the command says to these flags, which are wrong. */
  private static String start(String... flags) {
    var err = new ByteArrayOutputStream();
    var out = new ByteArrayOutputStream();
    var process =
        new ServerProcess(
            Map.of(), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    assertThat(process.run(List.of(flags))).isEqualTo(WRONG_USAGE);
    assertThat(out.size()).isZero();
    return err.toString(UTF_8);
  }

  private static ManagedChannel channel(int port, TestCertificates.Pair trusted)
      throws IOException {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .sslContext(
            GrpcSslContexts.forClient().trustManager(trusted.certificate().toFile()).build())
        .build();
  }

  private static int namespaces(int port, TestCertificates.Pair trusted) throws IOException {
    ManagedChannel channel = channel(port, trusted);
    try {
      return FeatureServiceGrpc.newBlockingStub(channel)
          .listNamespaces(ListNamespacesRequest.getDefaultInstance())
          .getNamespacesCount();
    } finally {
      channel.shutdownNow();
    }
  }

  private static Status refused(ManagedChannel channel) {
    var features = FeatureServiceGrpc.newBlockingStub(channel);
    return catchThrowableOfType(
            StatusRuntimeException.class,
            () -> features.listNamespaces(ListNamespacesRequest.getDefaultInstance()))
        .getStatus();
  }

  private static HttpResponse<String> get(int port, TestCertificates.Pair trusted)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(trusted.certificate())) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/healthz")).build(),
          HttpResponse.BodyHandlers.ofString(UTF_8));
    }
  }
}
