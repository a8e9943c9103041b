package dev.distill.auto;

import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What libraries made of the sweep's matrices: made once, closed with the sweep. */
final class SharedForms implements AutoCloseable {
  private record Key(Matrix matrix, Class<?> form) {}

  private final Map<Key, AutoCloseable> made = new HashMap<>();

  /** The form of a matrix; the first caller makes it while others wait. */
  synchronized <T extends AutoCloseable> T get(
      Matrix matrix, Class<T> form, Function<Matrix, T> make) {
    Key key = new Key(matrix, form);
    AutoCloseable found = made.get(key);
    if (found == null) {
      found = make.apply(matrix);
      made.put(key, found);
    }
    return form.cast(found);
  }

  /** Closes all; a failure to close one does not keep the others open. */
  @Override
  public synchronized void close() {
    List<Exception> failures = new ArrayList<>();
    for (AutoCloseable form : made.values()) {
      try {
        form.close();
      } catch (Exception e) {
        failures.add(e);
      }
    }
    made.clear();
    if (!failures.isEmpty()) {
      IllegalStateException all = new IllegalStateException("shared data could not be freed");
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }
}
