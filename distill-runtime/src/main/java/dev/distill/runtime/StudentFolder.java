package dev.distill.runtime;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The students in a folder, as its files have them: {@code NAME.distill} is the student {@code
 * NAME}. A daemon thread looks at the files, loads what is new or changed beside what is there, and
 * swaps all at once, so whoever holds a student scores on with it. A file that can't be loaded
 * changes nothing: the student before it stays, and {@link #problem()} says why.
 *
 * <pre>{@code
 * try (StudentFolder folder = StudentFolder.follow(Path.of("models"), Duration.ofSeconds(1))) {
 *   Prediction prediction = folder.student("income").orElseThrow().score(row);
 * }
 * }</pre>
 *
 * <p>Write files as {@link StudentFile#write} does: beside, then renamed. One that is copied slowly
 * is a problem until it is whole. Hidden entries are no students; links are followed, so a mounted
 * volume of Kubernetes works. A student whose file is gone is gone; when the whole folder can't be
 * read, all stay.
 *
 * <p>Thread-safe. {@link #student} takes no lock.
 */
public final class StudentFolder implements AutoCloseable {
  private static final String SUFFIX = ".distill";

  /** A file whose time is younger may change once more within the clock's step. */
  private static final long SETTLED_MILLIS = 2_000;

  /** So many bytes at the end of a file, which its checksum is among, tell it from others. */
  private static final int SUM = 32;

  /** What is known of a file. */
  private static final class Seen {
    /** What it looks like from outside; empty while it may still change unseen. */
    String look = "";

    /** The checksum at its end. */
    byte[] sum = {};

    @Nullable StudentFile student;
    @Nullable String problem;
  }

  private final Path folder;
  private final Map<String, Seen> seen = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Map<String, StudentFile> students = Map.of();
  private volatile @Nullable String problem;

  private StudentFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Loads what a folder holds and follows it until {@link #close()}.
   *
   * @param every how long from one look to the next, > 0; a second is cheap: an unchanged file is
   *     not read
   * @throws IllegalArgumentException if {@code every} is not > 0
   * @throws IOException if the folder can't be read; a file that can't is a {@link #problem()}
   */
  public static StudentFolder follow(Path folder, Duration every) throws IOException {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("time between looks must be > 0, got " + every);
    }
    StudentFolder students = new StudentFolder(folder);
    students.scan();
    Thread thread = new Thread(() -> students.follow(every), "distill-student-folder");
    thread.setDaemon(true);
    thread.start();
    return students;
  }

  private void follow(Duration every) {
    try {
      while (!closed.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      // Nobody knows this thread who could; who does wants it to end.
      Thread.currentThread().interrupt();
    }
  }

  /** The student of the file {@code NAME.distill}, empty if there is none that could be loaded. */
  public Optional<StudentFile> student(String name) {
    return Optional.ofNullable(students.get(name));
  }

  /** All students by name, as they are now. */
  public Map<String, StudentFile> students() {
    return students;
  }

  /**
   * What is wrong, for a health check: the folder can't be read or holds no student, or files can't
   * be loaded, each with its cause. Empty when all files are in use as they are.
   */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Looks at the files now instead of at the next turn of the thread. */
  public void look() {
    try {
      scan();
      // An Error too, such as want of memory for a file: the thread has to live on.
    } catch (IOException | RuntimeException | Error e) {
      problem = folder + ": " + cause(e);
    }
  }

  /** Ends the thread. Students that were given out, and those held here, can be used on. */
  @Override
  public void close() {
    closed.countDown();
  }

  private synchronized void scan() throws IOException {
    Map<String, Path> found = find();
    seen.keySet().retainAll(found.keySet());
    Map<String, StudentFile> loaded = new TreeMap<>();
    StringJoiner problems = new StringJoiner("; ");
    for (Map.Entry<String, Path> file : found.entrySet()) {
      Seen one = seen.get(file.getKey());
      if (one == null) {
        one = new Seen();
        seen.put(file.getKey(), one);
      }
      look(file.getValue(), one);
      if (one.student != null) {
        loaded.put(file.getKey(), one.student);
      }
      if (one.problem != null) {
        problems.add(one.problem + (one.student == null ? "" : " (the one before it is in use)"));
      }
    }
    if (found.isEmpty()) {
      problems.add(folder + ": there is no file *" + SUFFIX);
    }
    students = Collections.unmodifiableMap(loaded);
    problem = problems.length() == 0 ? null : problems.toString();
  }

  private Map<String, Path> find() throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder + " is a file, expected a folder");
    }
    Map<String, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path file : entries) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(SUFFIX) && !name.startsWith(".") && Files.isRegularFile(file)) {
          found.put(name.substring(0, name.length() - SUFFIX.length()), file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** Loads a file if it is not what it was. */
  private static void look(Path file, Seen seen) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      long modified = now.lastModifiedTime().toMillis();
      String look = now.size() + " " + modified + " " + now.fileKey();
      if (!look.equals(seen.look)) {
        seen.look = System.currentTimeMillis() - modified > SETTLED_MILLIS ? look : "";
        byte[] bytes = Files.readAllBytes(file);
        byte[] sum = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - SUM), bytes.length);
        if (seen.problem != null || !Arrays.equals(sum, seen.sum)) {
          seen.student = StudentFile.load(bytes);
          seen.problem = null;
          seen.sum = sum;
        }
      }
    } catch (IOException | RuntimeException e) {
      seen.problem = file + ": " + cause(e);
    }
  }

  private static String cause(Throwable e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
