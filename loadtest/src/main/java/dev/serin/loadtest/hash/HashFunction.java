package dev.serin.loadtest.hash;

import com.dynatrace.hash4j.hashing.Hashing;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.commons.codec.digest.MurmurHash2;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * A hash function of the comparison: 64 bits, or as many as it has, of the bytes of a key. The two
 * digests make a new state per call, as a caller without a pool of its own does.
 */
public enum HashFunction {
  /** MD5 of the JDK, its first eight bytes. */
  MD5("md5 (JDK)"),
  /** SHA-1 of the JDK, its first eight bytes. */
  SHA1("sha1 (JDK)"),
  /** MurmurHash3, 32 bits. */
  MURMUR32("murmur3 32 (commons-codec)"),
  /** MurmurHash2, variant 64A. */
  MURMUR64("murmur2 64A (commons-codec)"),
  /** XXH3, 64 bits: Serin's choice. */
  XXH3("XXH3 64 (hash4j)");

  private static final int MURMUR_SEED = 0;

  private final String title;

  HashFunction(String title) {
    this.title = title;
  }

  /** Name and origin for tables. */
  public String title() {
    return title;
  }

  /** Returns the hash of the bytes. */
  public long hash(byte[] key) {
    return switch (this) {
      case MD5 -> firstBytes(digest("MD5").digest(key));
      case SHA1 -> firstBytes(digest("SHA-1").digest(key));
      case MURMUR32 -> MurmurHash3.hash32x86(key, 0, key.length, MURMUR_SEED);
      case MURMUR64 -> MurmurHash2.hash64(key, key.length);
      case XXH3 -> Hashing.xxh3_64().hashBytesToLong(key);
    };
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(algorithm + ": missing (expected: in every JDK)", e);
    }
  }

  private static long firstBytes(byte[] digest) {
    long first = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      first = (first << Byte.SIZE) | (digest[i] & 0xFF);
    }
    return first;
  }
}
