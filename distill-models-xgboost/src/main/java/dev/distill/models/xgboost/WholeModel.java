package dev.distill.models.xgboost;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Looks whether a model's file is whole before XGBoost reads it: its own reader goes on for minutes
 * behind the end of a file that was cut off, in native code that nothing can stop.
 *
 * <p>A .ubj is UBJSON (draft 12): a value is a letter for its type and its bytes, big-endian;
 * arrays and objects end with a bracket, or have a count after {@code #}, before which {@code $}
 * names the type of all their values.
 */
final class WholeModel {
  private static final int DEEPEST = 100;

  private final InputStream in;
  private final long size;
  private long at;

  private WholeModel(InputStream in, long size) {
    this.in = in;
    this.size = size;
  }

  /**
   * Reads a file through.
   *
   * @throws IllegalArgumentException if it is cut off or damaged; says where
   */
  static void check(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      in.mark(2);
      int first = in.read();
      int second = in.read();
      in.reset();
      // Tools write JSON into a .ubj, too.
      if (first == '{' && (second == '"' || second <= ' ')) {
        json(file, in);
        return;
      }
      WholeModel model = new WholeModel(in, Files.size(file));
      try {
        model.value(model.next(), 0);
      } catch (IllegalArgumentException | EOFException e) {
        throw new IllegalArgumentException(
            "%s: is no whole model of XGBoost: %s at byte %,d of %,d; was it cut off?"
                .formatted(file, e.getMessage(), model.at, model.size),
            e);
      }
    }
  }

  private static void json(Path file, InputStream in) throws IOException {
    try (JsonParser parser = BoosterReader.JSON.createParser(in)) {
      while (parser.nextToken() != null) {}
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: is no whole model of XGBoost: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private void value(int type, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("more than " + DEEPEST + " levels");
    }
    switch (type) {
      case '{' -> many(true, depth);
      case '[' -> many(false, depth);
      case 'S', 'H' -> skip(whole(next()));
      default -> skip(width(type));
    }
  }

  /** Values up to the bracket, or as many as are told; in an object each after its name. */
  private void many(boolean named, int depth) throws IOException {
    int type = 0;
    int next = next();
    if (next == '$') {
      type = next();
      next = next();
      if (next != '#') {
        throw new IllegalArgumentException("a type without a count");
      }
    }
    if (next == '#') {
      long count = whole(next());
      if (type != 0 && !named && "{[SH".indexOf(type) < 0) {
        skip(Math.multiplyExact(count, width(type)));
        return;
      }
      for (long i = 0; i < count; i++) {
        if (named) {
          skip(whole(next()));
        }
        value(type == 0 ? next() : type, depth + 1);
      }
      return;
    }
    int end = named ? '}' : ']';
    for (; next != end; next = next()) {
      if (named) {
        skip(whole(next));
        next = next();
      }
      value(next, depth + 1);
    }
  }

  private static int width(int type) {
    return switch (type) {
      case 'Z', 'N', 'T', 'F' -> 0;
      case 'i', 'U', 'C' -> 1;
      case 'I', 'u' -> 2;
      case 'l', 'm', 'd' -> 4;
      case 'L', 'M', 'D' -> 8;
      default -> throw new IllegalArgumentException("no value begins with " + type);
    };
  }

  /** A length or a count. */
  private long whole(int type) throws IOException {
    if ("iUIulmLM".indexOf(type) < 0) {
      throw new IllegalArgumentException("a length of type " + type);
    }
    int width = width(type);
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | next();
    }
    // A negative one is none either.
    if (value < 0 || value > size) {
      throw new IllegalArgumentException("a length of " + value);
    }
    return value;
  }

  private void skip(long bytes) throws IOException {
    if (bytes > size - at) {
      throw new EOFException(bytes + " bytes expected, " + (size - at) + " left");
    }
    in.skipNBytes(bytes);
    at += bytes;
  }

  private int next() throws IOException {
    int read = in.read();
    if (read < 0) {
      throw new EOFException("the end");
    }
    at++;
    return read;
  }
}
