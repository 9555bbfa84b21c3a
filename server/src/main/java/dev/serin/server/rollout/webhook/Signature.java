package dev.serin.server.rollout.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proof that a body comes from who knows the secret, and when it was sent: {@code
 * t=SECONDS,v1=HEX} where HEX is HMAC-SHA256 of {@code SECONDS.BODY} under the secret. Receivers
 * refuse old times, so that nobody sends again what was overheard.
 */
final class Signature {
  private static final String ALGORITHM = "HmacSHA256";

  private Signature() {}

  /**
   * The value of the header.
   *
   * @param secret not empty; its UTF-8 bytes are the key
   * @param seconds since 1970
   * @param body as it is sent
   */
  static String of(String secret, long seconds, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      byte[] proof = mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8));
      return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(proof);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has " + ALGORITHM, e);
    }
  }
}
