package dev.distill.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Bytes in memory, more than an array holds. */
final class Chunks extends OutputStream {
  private static final int SIZE = 1 << 26;

  private final List<byte[]> full = new ArrayList<>();
  private ByteArrayOutputStream last = new ByteArrayOutputStream();

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    last.write(bytes, from, count);
    if (last.size() >= SIZE) {
      full.add(last.toByteArray());
      last = new ByteArrayOutputStream();
    }
  }

  /** All that was written, in its order. */
  byte[][] toArrays() {
    List<byte[]> all = new ArrayList<>(full);
    all.add(last.toByteArray());
    return all.toArray(byte[][]::new);
  }

  /** Reads what {@link #toArrays} gave. */
  static InputStream read(byte[][] chunks) {
    List<ByteArrayInputStream> parts =
        Arrays.stream(chunks).map(ByteArrayInputStream::new).toList();
    return new SequenceInputStream(Collections.enumeration(parts));
  }
}
