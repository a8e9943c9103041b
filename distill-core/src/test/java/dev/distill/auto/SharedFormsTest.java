package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.spi.Matrix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedFormsTest {
  private final Matrix matrix = Matrix.of(new float[][] {{1}});
  private final List<String> closed = new ArrayList<>();

  private class Form implements AutoCloseable {
    @Override
    public void close() throws IOException {
      closed.add(getClass().getSimpleName());
    }
  }

  private final class Stubborn extends Form {
    @Override
    public void close() throws IOException {
      super.close();
      throw new IOException("stuck");
    }
  }

  @Test
  void a_form_is_made_once_for_each_matrix_and_type() {
    try (SharedForms shared = new SharedForms()) {
      Form first = shared.get(matrix, Form.class, m -> new Form());
      assertThat(shared.get(matrix, Form.class, m -> new Form())).isSameAs(first);
      Matrix same = new Matrix(matrix.values(), 1, 1);
      assertThat(shared.get(same, Form.class, m -> new Form())).isNotSameAs(first);
    }
    assertThat(closed).hasSize(2);
  }

  @Test
  void several_threads_make_one() throws Exception {
    AtomicInteger made = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (SharedForms shared = new SharedForms()) {
      List<Future<Form>> gotten = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        gotten.add(
            pool.submit(
                () ->
                    shared.get(
                        matrix,
                        Form.class,
                        m -> {
                          made.incrementAndGet();
                          return new Form();
                        })));
      }
      for (Future<Form> one : gotten) {
        assertThat(one.get()).isSameAs(gotten.get(0).get());
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(made).hasValue(1);
  }

  @Test
  void a_failure_to_close_one_costs_nothing_and_does_not_keep_the_others_open() {
    SharedForms shared = new SharedForms();
    Matrix other = Matrix.of(new float[][] {{2}});
    shared.get(matrix, Stubborn.class, m -> new Stubborn());
    shared.get(other, Stubborn.class, m -> new Stubborn());
    shared.get(matrix, Form.class, m -> new Form());
    shared.close();
    assertThat(closed).containsExactlyInAnyOrder("Stubborn", "Stubborn", "Form");
    shared.close();
    assertThat(closed).hasSize(3);
  }

  @Test
  void what_is_still_used_is_closed_by_the_last_one_to_leave() {
    SharedForms shared = new SharedForms();
    SharedForms.Use first = shared.use();
    SharedForms.Use second = shared.use();
    shared.get(matrix, Form.class, m -> new Form());
    first.close();
    shared.close();
    assertThat(closed).isEmpty();
    second.close();
    assertThat(closed).containsExactly("Form");
    assertThatIllegalStateException().isThrownBy(shared::use).withMessage("the sweep is over");
  }

  @Test
  void one_that_hangs_while_it_makes_a_form_does_not_block_those_who_want_another()
      throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try (SharedForms shared = new SharedForms()) {
      Future<Form> hanging =
          pool.submit(
              () ->
                  shared.get(
                      matrix,
                      Form.class,
                      m -> {
                        making.countDown();
                        await(released);
                        return new Form();
                      }));
      await(making);
      assertThat(shared.get(matrix, Stubborn.class, m -> new Stubborn())).isNotNull();
      Future<Form> waiting = pool.submit(() -> shared.get(matrix, Form.class, m -> new Form()));
      released.countDown();
      assertThat(waiting.get()).isSameAs(hanging.get());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void who_waits_for_a_form_that_fails_makes_it_itself() throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (SharedForms shared = new SharedForms()) {
      Future<Form> failing =
          pool.submit(
              () ->
                  shared.get(
                      matrix,
                      Form.class,
                      m -> {
                        making.countDown();
                        await(released);
                        throw new StackOverflowError("pretended");
                      }));
      await(making);
      Thread waiter = Thread.currentThread();
      Thread releaser =
          new Thread(
              () -> {
                while (waiter.getState() != Thread.State.WAITING) {
                  Thread.onSpinWait();
                }
                released.countDown();
              });
      releaser.start();
      assertThat(shared.get(matrix, Form.class, m -> new Form())).isNotNull();
      assertThatThrownBy(failing::get).hasRootCauseMessage("pretended");
      releaser.join();
    } finally {
      pool.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void what_could_not_be_made_is_tried_again() {
    try (SharedForms shared = new SharedForms()) {
      assertThatThrownBy(
              () ->
                  shared.get(
                      matrix,
                      Form.class,
                      m -> {
                        throw new IllegalArgumentException("bad");
                      }))
          .hasMessage("bad");
      assertThat(shared.get(matrix, Form.class, m -> new Form())).isNotNull();
    }
  }
}
