package dev.distill.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.data.Dataset;
import dev.distill.spi.Encoding;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrialMemoryTest {
  private final Dataset rows = Planted.task(1_000).train();
  private final long bytes = 1_000L * (rows.features().columns() * Float.BYTES + 24);
  private final Cut cut = Cut.of(List.of(Rows.all(rows)));
  private final ExecutorService pool = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    pool.shutdownNow();
  }

  @Test
  void so_many_run_at_once_as_there_is_memory_for() {
    assertThat(new TrialMemory(cut, 7 * bytes).atOnce()).isEqualTo(2);
    assertThat(new TrialMemory(cut, 1).atOnce()).isEqualTo(1);
    assertThat(TrialMemory.bytes(1_000, rows.features().columns())).isEqualTo(3 * bytes);
  }

  @Test
  void what_takes_more_waits_for_what_takes_much_and_the_rest_goes_on() throws Exception {
    TrialMemory memory = new TrialMemory(cut, 31 * bytes);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Future<Boolean> first =
        pool.submit(
            () ->
                memory.run(
                    Encoding.HINGED,
                    () -> {
                      begun.countDown();
                      return waited(end);
                    }));
    assertThat(waited(begun)).isTrue();
    assertThat(pool.submit(() -> memory.run(Encoding.AS_IS, () -> true)).get(1, TimeUnit.MINUTES))
        .isTrue();
    Future<Boolean> second = pool.submit(() -> memory.run(Encoding.HINGED, () -> true));
    assertThatThrownBy(() -> second.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    end.countDown();
    assertThat(first.get(1, TimeUnit.MINUTES)).isTrue();
    assertThat(second.get(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void one_alone_may_always_be_tried() throws Exception {
    Future<Boolean> alone =
        pool.submit(() -> new TrialMemory(cut, 1).run(Encoding.HINGED, () -> true));
    assertThat(alone.get(1, TimeUnit.MINUTES)).isTrue();
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
