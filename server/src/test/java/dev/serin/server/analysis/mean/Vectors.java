package dev.serin.server.analysis.mean;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Files of numbers made by {@code vectors.py} beside them. */
final class Vectors {
  private Vectors() {}

  /** The rows below the heading. */
  static List<double[]> rows(String name) {
    return lines(name).stream().skip(1).map(line -> numbers(line.split(","), 0)).toList();
  }

  /** All lines. */
  static List<String> lines(String name) {
    try (InputStream file = Objects.requireNonNull(Vectors.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static double[] numbers(String[] fields, int from) {
    double[] numbers = new double[fields.length - from];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Double.parseDouble(fields[from + i]);
    }
    return numbers;
  }
}
