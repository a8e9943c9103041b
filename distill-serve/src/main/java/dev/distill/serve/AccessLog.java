package dev.distill.serve;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON for each request, written by a thread of its own: a request never waits for the
 * disk. Lines that it can't keep up with are dropped and counted.
 */
final class AccessLog implements AutoCloseable {
  private static final int WAITING = 8_192;
  private static final long MOST_BYTES = 16 << 20;
  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> lines = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final OutputStream out;
  private final Metrics metrics;
  private final Consumer<String> notices;
  private final Path file;
  private final Thread writer = new Thread(this::write, "distill-access-log");

  /**
   * Begins to write at the end of a file.
   *
   * @throws IOException if it can't be written
   */
  AccessLog(Path file, Metrics metrics, Consumer<String> notices) throws IOException {
    this.file = file;
    this.metrics = metrics;
    this.notices = notices;
    out =
        new BufferedOutputStream(
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            1 << 16);
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Logs a request.
   *
   * @param model null if it came to none
   * @param rows that were scored
   * @param logged rows and predictions in JSON, or null
   */
  void add(
      String method,
      String path,
      @Nullable ServedModel model,
      int status,
      int rows,
      long nanos,
      @Nullable String id,
      byte @Nullable [] logged) {
    JsonBytes line = new JsonBytes().raw("{\"time\":\"").raw(Instant.now().toString());
    line.raw("\",\"method\":").text(method).raw(",\"path\":").text(path);
    if (model != null) {
      line.raw(",\"model\":").text(model.name()).raw(",\"version\":").text(model.version());
    }
    line.raw(",\"status\":").number(status).raw(",\"count\":").number(rows);
    line.raw(",\"micros\":").number(nanos / 1000);
    if (id != null) {
      line.raw(",\"id\":").text(id);
    }
    if (logged != null) {
      line.raw(",").raw(logged);
    }
    byte[] bytes = line.raw("}\n").toBytes();
    if (waitingBytes.get() > MOST_BYTES || !lines.offer(bytes)) {
      metrics.unlogged();
    } else {
      waitingBytes.addAndGet(bytes.length);
    }
  }

  private void write() {
    try (out) {
      while (true) {
        byte[] line = lines.poll();
        if (line == null) {
          out.flush();
          line = lines.take();
        }
        if (line == END) {
          return;
        }
        out.write(line);
        waitingBytes.addAndGet(-line.length);
      }
    } catch (IOException e) {
      notices.accept("the access log %s can't be written: %s".formatted(file, e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what is waiting and ends. */
  @Override
  public void close() {
    try {
      while (writer.isAlive() && !lines.offer(END, 1, TimeUnit.SECONDS)) {
        // The writer is behind.
      }
      writer.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
