package dev.serin.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.server.error.ApiErrors;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * Where a list goes on, as an opaque text. It belongs to one request: with another it is refused,
 * so that nobody gets pages of two lists.
 */
public final class PageToken {
  /** Not part of any key or name. */
  private static final String SEPARATOR = "\n";

  private PageToken() {}

  /**
   * Makes a token.
   *
   * @param request what was asked for, without the page
   * @param position where to go on
   */
  public static String of(Object request, String... position) {
    String text = check(request) + SEPARATOR + String.join(SEPARATOR, position);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  /**
   * Reads a token.
   *
   * @param parts how many parts its position has
   */
  public static List<String> read(String token, Object request, int parts) {
    String text;
    try {
      text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
    } catch (IllegalArgumentException e) {
      throw ApiErrors.pageTokenInvalid(token);
    }
    List<String> all = List.of(text.split(SEPARATOR, -1));
    if (all.size() != parts + 1 || !all.getFirst().equals(check(request))) {
      throw ApiErrors.pageTokenInvalid(token);
    }
    return all.subList(1, all.size());
  }

  /** Reads a number of a token's position. */
  public static long number(String token, String part) {
    try {
      return Long.parseLong(part);
    } catch (NumberFormatException e) {
      throw ApiErrors.pageTokenInvalid(token);
    }
  }

  private static String check(Object request) {
    return Integer.toHexString(Objects.toString(request).hashCode());
  }
}
