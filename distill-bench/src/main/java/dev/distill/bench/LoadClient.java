package dev.distill.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A load of HTTP/1.1 requests over connections that are kept alive, from one thread: each
 * connection sends its next request when it has the whole answer to the last one (no pipelining).
 * Small, as it shares the cores with what it measures.
 */
final class LoadClient {
  /** Says whether an answer is right. */
  interface Check {
    /**
     * @param request index of the request
     * @param answer holds the answer's body from {@code from} to {@code to}
     */
    boolean isRight(int request, byte[] answer, int from, int to);
  }

  /**
   * What came of a load.
   *
   * @param answers right ones: status 200, and the check agreed
   * @param failures all others: another status, a wrong body, or a connection that ended
   * @param firstFailure the first of them in words, or ""
   * @param micros answers by their latency in steps of 10 µs, the last one for all above
   */
  record Load(double seconds, long answers, long failures, String firstFailure, long[] micros) {
    double perSecond() {
      return answers / seconds;
    }

    /** Milliseconds within which such a share of the answers came. */
    double millis(double share) {
      long most = (long) Math.ceil(share * answers);
      long seen = 0;
      for (int i = 0; i < micros.length; i++) {
        seen += micros[i];
        if (seen >= most) {
          return (i + 1) * STEP / 1000.;
        }
      }
      return Double.POSITIVE_INFINITY;
    }
  }

  private static final int STEP = 10; // µs
  private static final byte[] LENGTH = "content-length:".getBytes(ISO_8859_1);

  private final InetSocketAddress address;
  private final List<byte[]> requests;
  private final Check check;
  private final long[] micros = new long[100_000];
  private long answers;
  private long failures;
  private String firstFailure = "";

  /**
   * @param requests whole ones, head and body; sent in turn
   */
  LoadClient(InetSocketAddress address, List<byte[]> requests, Check check) {
    this.address = address;
    this.requests = List.copyOf(requests);
    this.check = check;
  }

  /** A POST of JSON. */
  static byte[] post(String path, byte[] body) {
    byte[] head =
        String.join(
                "\r\n",
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: " + body.length,
                "",
                "")
            .getBytes(ISO_8859_1);
    ByteBuffer whole = ByteBuffer.allocate(head.length + body.length);
    return whole.put(head).put(body).array();
  }

  /** Loads the server for a while. */
  static Load run(
      InetSocketAddress address,
      List<byte[]> requests,
      Check check,
      int connections,
      Duration duration)
      throws IOException {
    return new LoadClient(address, requests, check).run(connections, duration);
  }

  private Load run(int connections, Duration duration) throws IOException {
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    try (Selector selector = Selector.open()) {
      List<Connection> open = new ArrayList<>();
      try {
        for (int i = 0; i < connections; i++) {
          Connection connection = new Connection(selector, i);
          open.add(connection);
          connection.send();
        }
        while (System.nanoTime() < end) {
          selector.select(key -> ((Connection) key.attachment()).receive(key), 100);
        }
      } finally {
        for (Connection connection : open) {
          connection.channel.close();
        }
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Load(seconds, answers, failures, firstFailure, micros);
  }

  private void fail(String what) {
    if (failures++ == 0) {
      firstFailure = what;
    }
  }

  private final class Connection {
    final SocketChannel channel;
    private final ByteBuffer[] buffers = new ByteBuffer[requests.size()];
    private final byte[] bytes = new byte[1 << 16];
    private final ByteBuffer in = ByteBuffer.allocateDirect(bytes.length);
    private int next;
    private int request;
    private long sent;
    private int filled;

    Connection(Selector selector, int number) throws IOException {
      channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
      next = number * 31 % requests.size();
      for (int i = 0; i < buffers.length; i++) {
        byte[] whole = requests.get(i);
        buffers[i] = ByteBuffer.allocateDirect(whole.length).put(whole);
      }
    }

    void send() throws IOException {
      request = next;
      next = (next + 1) % requests.size();
      filled = 0;
      sent = System.nanoTime();
      ByteBuffer buffer = buffers[request].rewind();
      while (buffer.hasRemaining()) {
        channel.write(buffer); // small requests: the socket's buffer has room
      }
    }

    void receive(SelectionKey key) {
      try {
        int read = channel.read(in.clear());
        if (read < 0) {
          throw new IOException("the server closed the connection");
        }
        in.flip().get(bytes, filled, read);
        filled += read;
        int body = body();
        if (body >= 0) {
          int length = length(body);
          if (filled >= body + length) {
            long took = System.nanoTime() - sent;
            if (bytes[9] != '2' || !check.isRight(request, bytes, body, body + length)) {
              fail(new String(bytes, 0, filled, ISO_8859_1));
            } else {
              answers++;
              micros[(int) Math.min(took / 1000 / STEP, micros.length - 1)]++;
            }
            send();
          }
        }
      } catch (IOException e) {
        fail(e.toString());
        key.cancel();
      }
    }

    /** Where the body begins, or -1 if the head is not whole. */
    private int body() {
      for (int i = 3; i < filled; i++) {
        if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
          return i + 1;
        }
      }
      return -1;
    }

    private int length(int body) throws IOException {
      for (int i = 0; i + LENGTH.length < body; i++) {
        int j = 0;
        while (j < LENGTH.length && (bytes[i + j] | 0x20) == (LENGTH[j] | 0x20)) {
          j++;
        }
        if (j == LENGTH.length) {
          int length = 0;
          for (int at = i + j; bytes[at] != '\r'; at++) {
            length = bytes[at] == ' ' ? length : 10 * length + bytes[at] - '0';
          }
          return length;
        }
      }
      throw new IOException("an answer without Content-Length");
    }
  }
}
