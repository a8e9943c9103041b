package dev.distill.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the first file of a process does without: writing, saying why a path can't be read, and the
 * SHA-256 of format 1. The classes that these need take longer to load than a student.
 */
final class SlowPaths {
  /** Bytes of a SHA-256. */
  static final int SUM = 32;

  private SlowPaths() {}

  /** Writes all of a file or, on any failure, nothing. */
  static void write(byte[] bytes, Path path) throws IOException {
    Path target = path.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new FileSystemException(path.toString(), null, "is a folder, expected a file to write");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(path.toString(), null, "there is no folder " + folder);
    }
    long unique = ThreadLocalRandom.current().nextLong();
    Path temporary = folder.resolve(".student-%016x.tmp".formatted(unique));
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      AccessDeniedException denied =
          new AccessDeniedException(path.toString(), null, "cannot be written in " + folder);
      denied.initCause(e);
      throw denied;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** What to say of a path that can't be opened or read. */
  static IOException unreadable(Path path, IOException e) {
    if (Files.isDirectory(path)) {
      return new FileSystemException(path.toString(), null, "is a folder, expected a student file");
    }
    if (!Files.exists(path)) {
      return new NoSuchFileException(path.toString(), null, "there is no such file");
    }
    return e;
  }

  /** Whether a file of format 1 ends with the SHA-256 of all before. */
  static boolean endsWithSum(byte[] file) {
    int body = file.length - SUM;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(file, 0, Math.max(0, body));
      return body >= StudentFormat.HEADER
          && Arrays.equals(digest.digest(), 0, SUM, file, body, file.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
