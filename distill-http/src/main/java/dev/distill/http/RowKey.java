package dev.distill.http;

import dev.distill.spi.Table;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Tells rows apart: the SHA-256 of a row's columns' names, types and values. */
record RowKey(long a, long b, long c, long d) {
  /** The next key in a buffer. */
  static RowKey read(ByteBuffer from) {
    return new RowKey(from.getLong(), from.getLong(), from.getLong(), from.getLong());
  }

  void write(ByteBuffer to) {
    to.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  /** A key for each row. */
  static RowKey[] of(Table rows) {
    MessageDigest digest = sha256();
    for (Table.Column column : rows.columns()) {
      update(digest, column.name());
      digest.update((byte) (column instanceof Table.Numbers ? 1 : 2));
    }
    ByteBuffer start = ByteBuffer.wrap(digest.digest());
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    RowKey[] keys = new RowKey[rows.rows()];
    for (int i = 0; i < keys.length; i++) {
      digest.update(start.rewind());
      for (Table.Column column : rows.columns()) {
        if (column instanceof Table.Numbers numbers) {
          digest.update(number.putLong(0, Double.doubleToLongBits(numbers.values()[i])).rewind());
        } else {
          update(digest, column.text(i));
        }
      }
      keys[i] = RowKey.read(ByteBuffer.wrap(digest.digest()));
    }
    return keys;
  }

  /** Its length before each text, so that no two lists of texts are the same bytes. */
  static void update(MessageDigest digest, @Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(0, text == null ? -1 : bytes.length));
    digest.update(bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
