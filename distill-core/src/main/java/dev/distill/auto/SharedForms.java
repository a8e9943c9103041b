package dev.distill.auto;

import dev.distill.spi.FitException;
import dev.distill.spi.Matrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * What libraries made of the sweep's matrices: made once, closed with the sweep. While somebody
 * still uses them, such as a trial that hangs and was left behind, they stay open: the last one to
 * leave closes them.
 */
final class SharedForms implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SharedForms.class.getName());

  private record Key(Matrix matrix, Class<?> form) {}

  /** Somebody's use of the forms, until closed. */
  interface Use extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<Key, CompletableFuture<AutoCloseable>> made = new HashMap<>();
  private int users;
  private boolean over;

  /**
   * Keeps the forms open until the use is closed.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  synchronized Use use() {
    if (over) {
      throw new IllegalStateException("the sweep is over");
    }
    users++;
    return this::leave;
  }

  private void leave() {
    synchronized (this) {
      users--;
    }
    freeIfUnused();
  }

  /**
   * The form of a matrix; the first caller makes it while others that want the same wait. If it
   * could not be made, the next one tries again.
   */
  <T extends AutoCloseable> T get(Matrix matrix, Class<T> form, Function<Matrix, T> make) {
    Key key = new Key(matrix, form);
    while (true) {
      CompletableFuture<AutoCloseable> mine = new CompletableFuture<>();
      CompletableFuture<AutoCloseable> found;
      synchronized (this) {
        found = made.putIfAbsent(key, mine);
      }
      if (found == null) {
        return make(key, mine, form, make);
      }
      try {
        return form.cast(found.get());
      } catch (ExecutionException e) {
        // Its maker failed, and says so itself; this one tries again.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FitException("interrupted while another fit made " + form.getName(), e);
      }
    }
  }

  private <T extends AutoCloseable> T make(
      Key key, CompletableFuture<AutoCloseable> mine, Class<T> form, Function<Matrix, T> make) {
    try {
      T value = make.apply(key.matrix());
      if (value == null) {
        throw new FitException("no " + form.getName() + " was made: got null");
      }
      mine.complete(value);
      return value;
    } finally {
      if (!mine.isDone()) {
        synchronized (this) {
          made.remove(key);
        }
        mine.completeExceptionally(new FitException(form.getName() + " was not made"));
      }
    }
  }

  /**
   * Closes all, now or when the last user has left. What can't be closed is logged: it must not
   * cost the result of a sweep, nor keep the others open.
   */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    freeIfUnused();
  }

  private void freeIfUnused() {
    List<CompletableFuture<AutoCloseable>> left;
    synchronized (this) {
      if (!over || users > 0) {
        return;
      }
      left = new ArrayList<>(made.values());
      made.clear();
    }
    for (CompletableFuture<AutoCloseable> one : left) {
      try {
        AutoCloseable form = one.getNow(null);
        if (form != null) {
          form.close();
        }
      } catch (Throwable e) {
        LOG.log(System.Logger.Level.WARNING, "shared data could not be freed: " + e);
      }
    }
  }
}
