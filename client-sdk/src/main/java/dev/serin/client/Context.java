package dev.serin.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation context: who asks. Immutable and safe to share between threads.
 *
 * <pre>{@code
 * Context context = Context.user("user-42").with("country", "CN").with("app_version", "2.3.0");
 * }</pre>
 *
 * <p>A null name or an attribute of a type that Serin does not know is a mistake of the programmer
 * and refused here. What depends on data (a user key too long, a number not finite, too many
 * attributes) is not: it is answered by {@link ErrorCode#INVALID_CONTEXT} when it is evaluated.
 */
public final class Context {
  /** Name of the attribute that the user key is; it has its own field. */
  private static final String USER_KEY = "user_key";

  /** As the API states it. */
  static final int MAX_USER_KEY_BYTES = 1_024;

  /** As the API states it. */
  static final int MAX_ATTRIBUTES = 256;

  /** As the API states it. */
  private static final int MAX_NAME_CHARACTERS = 128;

  /** Integers above are not exact in a double, which all numbers are on the wire. */
  private static final long MAX_EXACT_INTEGER = 1L << 53;

  private static final Value ABSENT = Value.getDefaultInstance();

  private final String userKey;
  private final @Nullable Context parent;
  private final String name;
  private final Value value;
  private final @Nullable String problem;

  /** Made at the first evaluation; a race makes it twice, equal. */
  private volatile @Nullable Prepared prepared;

  /** What is sent, and what is wrong with it. */
  record Prepared(Struct attributes, @Nullable String problem) {}

  private Context(
      String userKey,
      @Nullable Context parent,
      String name,
      Value value,
      @Nullable String problem) {
    this.userKey = userKey;
    this.parent = parent;
    this.name = name;
    this.value = value;
    this.problem = problem;
  }

  /** The context of a user, by the key that bucketing hashes. */
  public static Context user(String userKey) {
    return new Context(requireNonNull(userKey, "userKey"), null, "", ABSENT, null);
  }

  /** The context of nobody in particular: splits by user answer the default variant. */
  public static Context anonymous() {
    return user("");
  }

  /** This context with a text; null takes the attribute away. */
  public Context with(String name, @Nullable String value) {
    return and(
        name, value == null ? ABSENT : Value.newBuilder().setStringValue(value).build(), null);
  }

  /** This context with a bool. */
  public Context with(String name, boolean value) {
    return and(name, Value.newBuilder().setBoolValue(value).build(), null);
  }

  /** This context with an integer between -2^53 and 2^53; send larger ids as text. */
  public Context with(String name, long value) {
    return and(name, Value.newBuilder().setNumberValue((double) value).build(), problemOf(value));
  }

  /** This context with a finite number. */
  public Context with(String name, double value) {
    return and(name, Value.newBuilder().setNumberValue(value).build(), problemOf(value));
  }

  /** This context with a list of texts, numbers and bools; null elements are left out. */
  public Context with(String name, List<? extends @Nullable Object> values) {
    ListValue.Builder list = ListValue.newBuilder();
    String problem = null;
    for (Object element : requireNonNull(values, "values")) {
      if (element != null) {
        list.addValues(scalar(name, element));
        problem = problem == null ? problemOf(element) : problem;
      }
    }
    return and(name, Value.newBuilder().setListValue(list).build(), problem);
  }

  /** This context with all of these: texts, numbers, bools and lists of them; null is absent. */
  public Context with(Map<String, ? extends @Nullable Object> attributes) {
    Context context = this;
    for (Map.Entry<String, ? extends @Nullable Object> entry : attributes.entrySet()) {
      Object value = entry.getValue();
      if (value == null) {
        context = context.and(entry.getKey(), ABSENT, null);
      } else if (value instanceof List<?> list) {
        context = context.with(entry.getKey(), list);
      } else {
        context = context.and(entry.getKey(), scalar(entry.getKey(), value), problemOf(value));
      }
    }
    return context;
  }

  /** The user key; empty: nobody in particular. */
  public String userKey() {
    return userKey;
  }

  Prepared prepared() {
    Prepared made = prepared;
    if (made == null) {
      made = prepare();
      prepared = made;
    }
    return made;
  }

  private Prepared prepare() {
    String found = null;
    Struct.Builder attributes = Struct.newBuilder();
    for (Context node = this; node.parent != null; node = node.parent) {
      // From the newest to the oldest: what is there already was set later.
      if (!attributes.containsFields(node.name)) {
        attributes.putFields(node.name, node.value);
        found = node.problem == null ? found : node.name + ": " + node.problem;
      }
    }
    attributes.getFieldsMap().entrySet().stream()
        .filter(entry -> entry.getValue().getKindCase() == Value.KindCase.KIND_NOT_SET)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(attributes::removeFields);
    int count = attributes.getFieldsCount();
    if (count > MAX_ATTRIBUTES) {
      found = "attributes: " + count + " (expected: at most " + MAX_ATTRIBUTES + ")";
    }
    int bytes = userKey.getBytes(UTF_8).length;
    if (bytes > MAX_USER_KEY_BYTES) {
      found =
          USER_KEY + ": " + bytes + " bytes (expected: at most " + MAX_USER_KEY_BYTES + " bytes)";
    }
    return new Prepared(attributes.build(), found);
  }

  private Context and(String name, Value value, @Nullable String problem) {
    requireNonNull(name, "name");
    if (name.isEmpty() || name.length() > MAX_NAME_CHARACTERS || name.equals(USER_KEY)) {
      throw new IllegalArgumentException(
          "attribute name: \""
              + name
              + "\" (expected: 1 to "
              + MAX_NAME_CHARACTERS
              + " characters, not "
              + USER_KEY
              + ", which is Context.user)");
    }
    return new Context(userKey, this, name, value, problem);
  }

  private static Value scalar(String name, Object value) {
    Value.Builder made = Value.newBuilder();
    if (value instanceof CharSequence text) {
      return made.setStringValue(text.toString()).build();
    } else if (value instanceof Boolean bool) {
      return made.setBoolValue(bool).build();
    } else if (value instanceof Number number) {
      return made.setNumberValue(number.doubleValue()).build();
    }
    throw new IllegalArgumentException(
        name
            + ": "
            + value.getClass().getName()
            + " (expected: a text, a number, a bool, or a list of these)");
  }

  private static @Nullable String problemOf(Object value) {
    if (value instanceof Long integer
        && (integer > MAX_EXACT_INTEGER || integer < -MAX_EXACT_INTEGER)) {
      return integer + " (expected: between -2^53 and 2^53; send larger ids as text)";
    } else if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
      return number + " (expected: a finite number)";
    }
    return null;
  }

  @Override
  public String toString() {
    return "Context[" + userKey + ", " + prepared().attributes().getFieldsMap().keySet() + "]";
  }
}
