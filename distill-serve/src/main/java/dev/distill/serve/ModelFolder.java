package dev.distill.serve;

import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models that are served, as the files have them. {@link #scan} looks for files that are new,
 * changed or gone, loads beside what is served, and swaps the whole map at once: whoever has found
 * a model keeps it to the end of its request. A file that can't be loaded changes nothing.
 */
final class ModelFolder {
  private static final String SUFFIX = ".distill";
  private static final Pattern NAME = Pattern.compile("[\\w-][\\w.-]*");

  /** A file whose time is younger may change once more within the clock's step. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** Numbers in their order, after texts. */
  private static final Comparator<String> VERSIONS =
      Comparator.comparing(ModelFolder::isNumber)
          .thenComparing(version -> isNumber(version) ? version.length() : 0)
          .thenComparing(Comparator.naturalOrder());

  private record Key(String model, String version) {}

  /** What is known of a file: the look that it had, and what was read from it. */
  private record Seen(
      long size, long modified, boolean settled, byte[] hash, @Nullable ServedModel model) {}

  /** The versions of a model, the oldest first. */
  record Versions(Map<String, ServedModel> byVersion, List<String> names, ServedModel latest) {}

  private final List<Path> folders;
  private final Map<String, Path> files;
  private final Metrics metrics;
  private final Consumer<String> notices;
  private final Map<Key, Seen> seen = new HashMap<>();
  private volatile Map<String, Versions> served = Map.of();

  ModelFolder(
      List<Path> folders, Map<String, Path> files, Metrics metrics, Consumer<String> notices) {
    this.folders = folders;
    this.files = files;
    this.metrics = metrics;
    this.notices = notices;
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static boolean isNumber(String version) {
    return version.matches("0|[1-9][0-9]*");
  }

  /** The models by name. */
  Map<String, Versions> served() {
    return served;
  }

  /** A version of a model, its latest one for null; null if it is not served. */
  @Nullable ServedModel find(String name, @Nullable String version) {
    Versions versions = served.get(name);
    if (versions == null) {
      return null;
    }
    return version == null ? versions.latest() : versions.byVersion().get(version);
  }

  /**
   * Looks at the files and serves what they have become.
   *
   * @throws IOException if a folder can't be read; what was served is served on
   */
  synchronized void scan() throws IOException {
    Map<Key, Path> found = find();
    boolean changed = false;
    for (Map.Entry<Key, Path> entry : found.entrySet()) {
      changed |= look(entry.getKey(), entry.getValue());
    }
    List<Key> gone = new ArrayList<>(seen.keySet());
    gone.removeAll(found.keySet());
    for (Key key : gone) {
      Seen last = seen.remove(key);
      if (last != null && last.model() != null) {
        notices.accept("%s version %s: removed".formatted(key.model(), key.version()));
        changed = true;
      }
    }
    if (changed) {
      serve();
      for (Key key : gone) {
        metrics.of(key.model(), key.version()).remove();
      }
    }
  }

  private Map<Key, Path> find() throws IOException {
    Map<Key, Path> found = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> {
          if (Files.isRegularFile(file)) {
            put(found, new Key(name, "1"), file);
          }
        });
    for (Path folder : folders) {
      for (Path entry : list(folder)) {
        if (Files.isDirectory(entry)) {
          for (Path file : list(entry)) {
            if (isModel(file)) {
              put(found, new Key(fileName(entry), stem(file)), file);
            }
          }
        } else if (isModel(entry)) {
          put(found, new Key(stem(entry), "1"), entry);
        }
      }
    }
    return found;
  }

  /** The first one that is found stays, so that a second one changes nothing. */
  private static void put(Map<Key, Path> found, Key key, Path file) {
    if (isName(key.model()) && isName(key.version())) {
      found.putIfAbsent(key, file);
    }
  }

  /** Without hidden entries: files that are being written, and Kubernetes' own folders. */
  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(entry -> !fileName(entry).startsWith(".")).sorted().toList();
    }
  }

  private static boolean isModel(Path file) {
    return fileName(file).endsWith(SUFFIX) && Files.isRegularFile(file);
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static String stem(Path file) {
    String name = fileName(file);
    return name.substring(0, name.length() - SUFFIX.length());
  }

  /** Loads a file if it is not what it was. Whether another model is to be served. */
  private boolean look(Key key, Path file) {
    Seen last = seen.get(key);
    byte[] hash = new byte[0];
    long size = -1;
    long modified = -1;
    boolean settled = true;
    try {
      BasicFileAttributes look = Files.readAttributes(file, BasicFileAttributes.class);
      size = look.size();
      modified = look.lastModifiedTime().toMillis();
      settled = System.currentTimeMillis() - modified > SETTLED.toMillis();
      if (last != null && last.settled() && last.size() == size && last.modified() == modified) {
        return false;
      }
      byte[] bytes = Files.readAllBytes(file);
      hash = sha256(bytes);
      if (last != null && Arrays.equals(last.hash(), hash)) {
        seen.put(key, new Seen(size, modified, settled, hash, last.model()));
        return false;
      }
      ServedModel model =
          new ServedModel(key.model(), key.version(), StudentFile.load(bytes), metrics);
      seen.put(key, new Seen(size, modified, settled, hash, model));
      metrics.loaded(key.model(), true);
      notices.accept(
          "%s version %s: %s from %s"
              .formatted(
                  key.model(),
                  key.version(),
                  last == null || last.model() == null ? "loaded" : "loaded anew",
                  file));
      return true;
    } catch (IOException | RuntimeException e) {
      ServedModel old = last == null ? null : last.model();
      if (last == null || !Arrays.equals(last.hash(), hash)) {
        metrics.loaded(key.model(), false);
        notices.accept(
            "%s version %s: %s can't be loaded%s: %s"
                .formatted(
                    key.model(),
                    key.version(),
                    file,
                    old == null ? "" : ", the one before it is served on",
                    e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()));
      }
      seen.put(key, new Seen(size, modified, settled, hash, old));
      return false;
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void serve() {
    Map<String, TreeMap<String, ServedModel>> byName = new HashMap<>();
    int count = 0;
    for (Map.Entry<Key, Seen> entry : seen.entrySet()) {
      ServedModel model = entry.getValue().model();
      if (model != null) {
        byName
            .computeIfAbsent(model.name(), name -> new TreeMap<>(VERSIONS))
            .put(model.version(), model);
        count++;
      }
    }
    Map<String, Versions> next = new TreeMap<>();
    byName.forEach(
        (name, versions) ->
            next.put(
                name,
                new Versions(
                    Map.copyOf(versions),
                    List.copyOf(versions.keySet()),
                    versions.lastEntry().getValue())));
    served = Collections.unmodifiableMap(next);
    metrics.models(count);
  }
}
