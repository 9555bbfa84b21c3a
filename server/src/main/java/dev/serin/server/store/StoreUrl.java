package dev.serin.server.store;

import java.util.Optional;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/** JDBC URLs as people write them: which can be used, and how they may be shown. */
public final class StoreUrl {
  private static final String SCHEME = "jdbc:postgresql:";

  /** What stands between the slashes and an {@code @}: the driver would take it for a host. */
  private static final Pattern CREDENTIALS = Pattern.compile("(?<=//)[^/?]*@");

  private StoreUrl() {}

  /** What a store's URL should have been; empty: it can be used. */
  public static Optional<String> expected(String url) {
    if (CREDENTIALS.matcher(url).find()) {
      return Optional.of("--store-user and --store-password in place of credentials in the URL");
    }
    return url.startsWith(SCHEME) && Driver.parseURL(url, null) != null
        ? Optional.empty()
        : Optional.of("jdbc:postgresql://HOST/DATABASE");
  }

  /** The URL without credentials and parameters, which may hold a password. */
  public static String shown(String url) {
    int parameters = url.indexOf('?');
    String place = parameters < 0 ? url : url.substring(0, parameters);
    return CREDENTIALS.matcher(place).replaceFirst("***@");
  }
}
