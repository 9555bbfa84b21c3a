package dev.serin.server.decision;

import com.google.protobuf.CodedOutputStream;
import dev.serin.server.error.ApiErrors;
import dev.serin.v1.EvaluateAllRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Where the next page of EvaluateAll begins.
 *
 * @param revision revision of the snapshot that all pages are read from
 * @param request check sum of the request without page size and token: a token belongs to one
 * @param after key of the last feature of the page before
 */
record PageToken(long revision, int request, String after) {
  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = Byte.BYTES + Long.BYTES + Integer.BYTES;

  String encode() {
    byte[] key = after.getBytes(StandardCharsets.UTF_8);
    byte[] bytes =
        ByteBuffer.allocate(HEAD_BYTES + key.length)
            .put(VERSION)
            .putLong(revision)
            .putInt(request)
            .put(key)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The token a request carries; PAGE_TOKEN_INVALID where it is not one of this request. */
  static PageToken of(EvaluateAllRequest request) {
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(request.getPageToken()));
      if (bytes.remaining() > HEAD_BYTES && bytes.get() == VERSION) {
        long revision = bytes.getLong();
        int sum = bytes.getInt();
        if (sum == checkSum(request)) {
          return new PageToken(revision, sum, StandardCharsets.UTF_8.decode(bytes).toString());
        }
      }
    } catch (IllegalArgumentException e) {
      // Answered below: not Base64 is no token.
    }
    throw ApiErrors.pageTokenInvalid(request.getPageToken());
  }

  /** The same for equal requests, in whatever order their attributes were sent. */
  static int checkSum(EvaluateAllRequest request) {
    EvaluateAllRequest kept = request.toBuilder().clearPageSize().clearPageToken().build();
    byte[] bytes = new byte[kept.getSerializedSize()];
    var output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      kept.writeTo(output);
    } catch (IOException e) {
      throw new IllegalStateException("an array is written without I/O", e);
    }
    var sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }
}
