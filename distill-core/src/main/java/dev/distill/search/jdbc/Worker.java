package dev.distill.search.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who runs a trial: an open store in a process on a host. On the same host a dead one is known at
 * once, with no need of clocks.
 *
 * @param host its name and what tells process ids on it apart from those within a container
 * @param pid of the process
 * @param started when the process started, in words that are the same at every look
 * @param store one open store among those of the process
 */
record Worker(String host, long pid, String started, String store) {
  private static final Set<String> OPEN = ConcurrentHashMap.newKeySet();
  private static final String HOST = thisHost();

  /** A worker of this process. */
  static Worker open() {
    long pid = ProcessHandle.current().pid();
    Worker worker =
        new Worker(HOST, pid, start(pid).orElse("unknown"), UUID.randomUUID().toString());
    OPEN.add(worker.store);
    return worker;
  }

  void close() {
    OPEN.remove(store);
  }

  /** Whether it is known, without a heartbeat, if it lives. */
  boolean here() {
    return host.equals(HOST);
  }

  /** Of a worker on this host. */
  boolean alive() {
    return pid == ProcessHandle.current().pid()
        ? OPEN.contains(store)
        : start(pid).filter(started::equals).isPresent();
  }

  Map<String, Object> attribute() {
    Map<String, Object> attribute = new LinkedHashMap<>();
    attribute.put("host", host);
    attribute.put("pid", pid);
    attribute.put("started", started);
    attribute.put("store", store);
    return attribute;
  }

  static Optional<Worker> of(@Nullable Object attribute) {
    return attribute instanceof Map<?, ?> map && map.get("pid") instanceof Number pid
        ? Optional.of(
            new Worker(
                String.valueOf(map.get("host")),
                pid.longValue(),
                String.valueOf(map.get("started")),
                String.valueOf(map.get("store"))))
        : Optional.empty();
  }

  /** Of a process that runs. Linux counts ticks since boot, which no change of the clock moves. */
  private static Optional<String> start(long pid) {
    Path stat = Path.of("/proc/" + pid + "/stat");
    try {
      String line = Files.readString(stat);
      // The name in brackets may hold anything; the state is the third field, the start the 22nd.
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      return fields[0].equals("Z") || fields[0].equals("X")
          ? Optional.empty()
          : Optional.of(fields[19]);
    } catch (IOException | IndexOutOfBoundsException e) {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .flatMap(handle -> handle.info().startInstant())
          .map(String::valueOf);
    }
  }

  private static String thisHost() {
    String name;
    try {
      name = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      name = "unknown";
    }
    try {
      return name + " " + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException | UnsupportedOperationException e) {
      return name;
    }
  }
}
