package dev.serin.server.catalog;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The reading of scalars whose type the field says: texts, numbers, bools, enums, times. */
final class ScalarDecoder {
  private static final BigInteger MAX_UINT32 = BigInteger.valueOf(0xFFFF_FFFFL);
  private static final BigInteger MAX_UINT64 =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  /**
   * Digits a number may have before it is refused unread: a double has at most 309 before the
   * point.
   */
  private static final int MAX_NUMBER_CHARS = 400;

  private final FileErrors errors;

  ScalarDecoder(FileErrors errors) {
    this.errors = errors;
  }

  /** The field's value (one element of a repeated field); null: refused, an error is added. */
  @Nullable Object decode(FieldDescriptor field, YamlNode.Scalar scalar, String path) {
    return switch (field.getType()) {
      // A text field is a text whatever an unquoted value looks like: at_least: 2.30
      case STRING -> wholeText(scalar, path, errors);
      case BOOL -> bool(scalar, path);
      case ENUM -> enumValue(field, scalar, path);
      case DOUBLE -> number(scalar, path);
      case UINT32, FIXED32 -> {
        BigInteger whole = whole(scalar, path, BigInteger.ZERO, MAX_UINT32);
        yield whole == null ? null : (Object) whole.intValue();
      }
      case UINT64, FIXED64 -> {
        BigInteger whole = whole(scalar, path, BigInteger.ZERO, MAX_UINT64);
        yield whole == null ? null : (Object) whole.longValue();
      }
      case INT32, SINT32, SFIXED32 -> {
        BigInteger whole =
            whole(
                scalar,
                path,
                BigInteger.valueOf(Integer.MIN_VALUE),
                BigInteger.valueOf(Integer.MAX_VALUE));
        yield whole == null ? null : (Object) whole.intValue();
      }
      case INT64, SINT64, SFIXED64 -> {
        BigInteger whole =
            whole(
                scalar,
                path,
                BigInteger.valueOf(Long.MIN_VALUE),
                BigInteger.valueOf(Long.MAX_VALUE));
        yield whole == null ? null : (Object) whole.longValue();
      }
      case MESSAGE -> time(field, scalar, path);
      case FLOAT, BYTES, GROUP ->
          throw new IllegalStateException(field.getFullName() + ": of a type no document has");
    };
  }

  /** True: the field's messages are written as one scalar. */
  static boolean isTime(FieldDescriptor field) {
    return field.getMessageType().equals(Timestamp.getDescriptor())
        || field.getMessageType().equals(Duration.getDescriptor());
  }

  /** The text; half characters, which escapes can name and UTF-8 cannot hold, are refused. */
  static String wholeText(YamlNode.Scalar scalar, String path, FileErrors errors) {
    String text = scalar.text();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
        errors.add(
            scalar,
            path,
            String.format(
                "\\u%04X: half a character (expected: a pair of them)", (int) text.charAt(i)));
        return "";
      }
    }
    return text;
  }

  private @Nullable Boolean bool(YamlNode.Scalar scalar, String path) {
    String text = scalar.text();
    if (!scalar.quoted() && (YamlScalars.isTrue(text) || YamlScalars.isFalse(text))) {
      return YamlScalars.isTrue(text);
    }
    refuse(scalar, path, "true or false");
    return null;
  }

  private @Nullable EnumValueDescriptor enumValue(
      FieldDescriptor field, YamlNode.Scalar scalar, String path) {
    EnumValueDescriptor value = EnumNames.find(field.getEnumType(), scalar.text());
    if (value == null) {
      refuse(scalar, path, "one of " + String.join(", ", EnumNames.known(field.getEnumType())));
    }
    return value;
  }

  private @Nullable Double number(YamlNode.Scalar scalar, String path) {
    if (YamlScalars.isFloat(scalar.text())) {
      double number = Double.parseDouble(scalar.text());
      if (Double.isFinite(number)) {
        return number;
      }
    }
    refuse(scalar, path, "a finite number");
    return null;
  }

  private @Nullable BigInteger whole(
      YamlNode.Scalar scalar, String path, BigInteger min, BigInteger max) {
    String text = scalar.text();
    if (!YamlScalars.isFloat(text)) {
      refuse(scalar, path, "a whole number");
      return null;
    }
    if (text.length() > MAX_NUMBER_CHARS) {
      refuse(scalar, path, min + " to " + max);
      return null;
    }
    BigDecimal number = new BigDecimal(text).stripTrailingZeros();
    if (number.scale() > 0) {
      refuse(scalar, path, "a whole number");
      return null;
    }
    // Digits before the point are counted before they are made: 1e999999999 is a short text.
    boolean huge = (long) number.precision() - number.scale() > MAX_UINT64.bitLength();
    BigInteger whole = huge ? null : number.toBigIntegerExact();
    if (whole != null && whole.compareTo(min) >= 0 && whole.compareTo(max) <= 0) {
      return whole;
    }
    boolean below = number.signum() < 0 && min.signum() == 0;
    refuse(scalar, path, below ? "0 or more" : "at most " + max);
    return null;
  }

  private @Nullable Object time(FieldDescriptor field, YamlNode.Scalar scalar, String path) {
    boolean moment = field.getMessageType().equals(Timestamp.getDescriptor());
    try {
      return moment ? timestamp(scalar.text()) : DurationText.parse(scalar.text());
    } catch (ParseException | DateTimeException | IllegalArgumentException e) {
      refuse(
          scalar,
          path,
          moment
              ? "a time of RFC 3339, such as 2026-01-31T12:00:00Z"
              : "a time such as 90s, 0.5s, 30m or 1h30m");
      return null;
    }
  }

  /** Not protobuf's own reader: it takes February 30th for a day in March. */
  private static Timestamp timestamp(String text) {
    OffsetDateTime time = OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    return Timestamps.checkValid(
        Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build());
  }

  private void refuse(YamlNode.Scalar scalar, String path, String expected) {
    errors.add(scalar, path, YamlScalars.shown(scalar) + " (expected: " + expected + ")");
  }
}
