package dev.serin.server.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The two files a server proves itself with.
 *
 * @param certificate certificate chain, PEM, the server's own first
 * @param key its private key, PEM, PKCS #8, not encrypted
 */
public record TlsFiles(Path certificate, Path key) {
  /** Bytes of a file; a long chain has some ten thousand. */
  private static final long SIZE_BYTES_MAX = 1 << 20;

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /**
   * Something wrong with one of the files.
   *
   * @param ofKey true: with the key; false: with the certificate
   * @param expected what it should have been
   */
  public record Problem(boolean ofKey, String expected) {}

  /** Everything wrong with the files now; empty: a server can start with them. */
  public List<Problem> problems() {
    var problems = new ArrayList<Problem>();
    X509Certificate own = readCertificate(problems);
    PrivateKey privateKey = readKey(problems);
    if (own != null && privateKey != null && !match(own, privateKey)) {
      problems.add(new Problem(true, "the private key of the certificate in " + certificate));
    }
    return problems;
  }

  private @Nullable X509Certificate readCertificate(List<Problem> problems) {
    byte[] bytes = read(certificate, false, problems);
    if (bytes == null) {
      return null;
    }
    try {
      var chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (!chain.isEmpty() && chain.iterator().next() instanceof X509Certificate own) {
        own.checkValidity();
        return own;
      }
    } catch (CertificateExpiredException e) {
      problems.add(new Problem(false, "a certificate that has not expired: " + e.getMessage()));
      return null;
    } catch (CertificateNotYetValidException e) {
      problems.add(new Problem(false, "a certificate that is valid already: " + e.getMessage()));
      return null;
    } catch (CertificateException e) {
      // Answered below, like a file without a certificate.
    }
    problems.add(new Problem(false, "an X.509 certificate in PEM"));
    return null;
  }

  private @Nullable PrivateKey readKey(List<Problem> problems) {
    byte[] bytes = read(key, true, problems);
    if (bytes == null) {
      return null;
    }
    Matcher pem = PKCS8.matcher(new String(bytes, StandardCharsets.US_ASCII));
    if (pem.find()) {
      try {
        byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
        PrivateKey privateKey = decode(der);
        if (privateKey != null) {
          return privateKey;
        }
      } catch (IllegalArgumentException e) {
        // Answered below: not Base64 is not PEM.
      }
    }
    problems.add(
        new Problem(
            true, "an unencrypted private key (EC, RSA or Ed25519) in PKCS #8 PEM: openssl pkcs8"));
    return null;
  }

  private static @Nullable PrivateKey decode(byte[] der) {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // Another algorithm's.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    return null;
  }

  /** Whether what the key signs is verified by the certificate. */
  private static boolean match(X509Certificate own, PrivateKey privateKey) {
    String algorithm =
        switch (privateKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    byte[] proof = "serin".getBytes(StandardCharsets.US_ASCII);
    try {
      var signer = Signature.getInstance(algorithm);
      signer.initSign(privateKey);
      signer.update(proof);
      var verifier = Signature.getInstance(algorithm);
      verifier.initVerify(own.getPublicKey());
      verifier.update(proof);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte @Nullable [] read(Path file, boolean ofKey, List<Problem> problems) {
    try {
      if (!Files.isRegularFile(file)) {
        problems.add(new Problem(ofKey, "a file that exists"));
      } else if (Files.size(file) > SIZE_BYTES_MAX) {
        problems.add(new Problem(ofKey, "a file of at most " + SIZE_BYTES_MAX + " bytes"));
      } else {
        return Files.readAllBytes(file);
      }
    } catch (IOException e) {
      problems.add(new Problem(ofKey, "a file that can be read: " + e));
    }
    return null;
  }
}
