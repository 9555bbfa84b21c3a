package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The names of enum values as people write them: {@code bool} for {@code VALUE_TYPE_BOOL}.
 *
 * <p>The prefix is that of the value 0, {@code …_UNSPECIFIED}, as the API's style demands.
 */
final class EnumNames {
  private static final String ZERO = "UNSPECIFIED";

  private EnumNames() {}

  /** The name without prefix, in lower case. */
  static String shortName(EnumValueDescriptor value) {
    String prefix = prefix(value.getType());
    return value.getName().substring(prefix.length()).toLowerCase(Locale.ROOT);
  }

  /** The value of a full name, a short name in any case, or a number; null: there is none. */
  static @Nullable EnumValueDescriptor find(EnumDescriptor type, String text) {
    String name = text.toUpperCase(Locale.ROOT);
    for (EnumValueDescriptor value : type.getValues()) {
      if (name.equals(value.getName())
          || name.equals(value.getName().substring(prefix(type).length()))
          || text.equals(Integer.toString(value.getNumber()))) {
        return value;
      }
    }
    return null;
  }

  /** The short names that say something, for an error. */
  static List<String> known(EnumDescriptor type) {
    List<String> names = new ArrayList<>();
    for (EnumValueDescriptor value : type.getValues()) {
      if (value.getNumber() != 0) {
        names.add(shortName(value));
      }
    }
    return names;
  }

  private static String prefix(EnumDescriptor type) {
    String zero = type.getValues().get(0).getName();
    return zero.endsWith(ZERO) ? zero.substring(0, zero.length() - ZERO.length()) : "";
  }
}
