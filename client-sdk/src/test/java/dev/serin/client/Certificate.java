package dev.serin.client;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that signs itself, made by the JDK's keytool.
 *
 * @param chain PEM file of the certificate
 * @param privateKey PEM file of its key, PKCS #8
 */
record Certificate(Path chain, Path privateKey) {
  private static final char[] PASSWORD = "for-tests-only".toCharArray();

  static Certificate forLoopback(Path dir) throws Exception {
    Path store = dir.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("keytool.log").toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(dir.resolve("keytool.log")));
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    return new Certificate(
        pem(dir.resolve("chain.pem"), "CERTIFICATE", keys.getCertificate("server").getEncoded()),
        pem(dir.resolve("key.pem"), "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
  }

  private static Path pem(Path file, String label, byte[] der) throws Exception {
    return Files.writeString(
        file,
        "-----BEGIN "
            + label
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n");
  }
}
