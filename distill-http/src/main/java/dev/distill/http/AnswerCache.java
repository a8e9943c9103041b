package dev.distill.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Answers that were paid for, in a file that only grows: a head, then records of key, K doubles and
 * CRC. What a crash left of a record at the end is cut off; a damaged one counts as none. Several
 * processes may share a file: each locks it while it reads or writes.
 */
final class AnswerCache implements AutoCloseable {
  private static final long MAGIC = 0x6469_7374_696c_6c31L; // "distill1"
  private static final int HEAD = Long.BYTES + Integer.BYTES;
  private static final int KEY = 4 * Long.BYTES;
  private static final int RECORDS = 1024;

  /** A lock is the process's: within it, one at a time. */
  private static final Object PROCESS = new Object();

  private final Path file;
  private final int classes;
  private final int record;
  private final FileChannel channel;
  private final Map<RowKey, double[]> answers = new HashMap<>();
  private long read;

  private AnswerCache(Path file, int classes) throws IOException {
    this.file = file;
    this.classes = classes;
    record = KEY + classes * Double.BYTES + Integer.BYTES;
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Opens a file, and makes it and its folder where they are not there. */
  static AnswerCache open(Path file, int classes) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    AnswerCache cache = new AnswerCache(file, classes);
    boolean opened = false;
    try {
      cache.refresh();
      opened = true;
      return cache;
    } finally {
      if (!opened) {
        cache.close();
      }
    }
  }

  /** Where the answers are. */
  Path file() {
    return file;
  }

  /** The answer for a row, or null. */
  double @Nullable [] get(RowKey key) {
    return answers.get(key);
  }

  /** Reads what others have added. */
  void refresh() throws IOException {
    synchronized (PROCESS) {
      FileLock lock = channel.lock();
      try {
        readOn();
      } finally {
        lock.release();
      }
    }
  }

  /**
   * Adds answers; they are on disk when it returns.
   *
   * @param values keys × classes, row-major
   */
  void add(List<RowKey> keys, double[] values) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(keys.size(), record));
    for (int i = 0; i < keys.size(); i++) {
      int start = buffer.position();
      keys.get(i).write(buffer);
      for (int k = 0; k < classes; k++) {
        buffer.putDouble(values[i * classes + k]);
      }
      buffer.putInt(crc(buffer, start));
    }
    synchronized (PROCESS) {
      FileLock lock = channel.lock();
      try {
        readOn();
        write(buffer.flip(), read);
        channel.force(false);
        readOn();
      } finally {
        lock.release();
      }
    }
  }

  /** Of a record that starts here, all but its own place. */
  private int crc(ByteBuffer buffer, int start) {
    CRC32 crc = new CRC32();
    crc.update(buffer.slice(start, record - Integer.BYTES));
    return (int) crc.getValue();
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long to = at;
    while (bytes.hasRemaining()) {
      to += channel.write(bytes, to);
    }
  }

  private void readOn() throws IOException {
    long size = channel.size();
    if (read == 0) {
      head(size);
      read = HEAD;
      size = channel.size();
    }
    long end = size - (size - HEAD) % record;
    ByteBuffer buffer = ByteBuffer.allocate(RECORDS * record);
    while (read < end) {
      fill(buffer.clear().limit((int) Math.min(buffer.capacity(), end - read)));
      while (buffer.hasRemaining()) {
        int start = buffer.position();
        RowKey key = RowKey.read(buffer);
        double[] answer = new double[classes];
        for (int k = 0; k < classes; k++) {
          answer[k] = buffer.getDouble();
        }
        if (buffer.getInt() == crc(buffer, start)) {
          answers.put(key, answer);
        }
      }
      read += buffer.limit();
    }
    if (end < size) {
      channel.truncate(end);
    }
  }

  private void head(long size) throws IOException {
    ByteBuffer expected = ByteBuffer.allocate(HEAD).putLong(MAGIC).putInt(classes).flip();
    if (size < HEAD) {
      channel.truncate(0);
      write(expected, 0);
      return;
    }
    ByteBuffer found = ByteBuffer.allocate(HEAD);
    fill(found);
    if (!found.equals(expected)) {
      throw new IOException("it holds no answers of " + classes + " classes, delete it");
    }
  }

  /** Fills a buffer from where reading has come to, and makes it ready to be read. */
  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, read + buffer.position()) < 0) {
        throw new IOException("it became shorter while it was read");
      }
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
