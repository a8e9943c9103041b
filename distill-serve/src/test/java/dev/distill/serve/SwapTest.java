package dev.distill.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SwapTest extends ServerCase {
  @Test
  void no_request_fails_while_models_are_swapped_and_each_answer_is_of_one_of_them()
      throws Exception {
    Models.student(1).write(folder.resolve("m.distill"));
    start(config());
    JsonNode one = post("/v2/models/m/infer", ONE).json();
    Models.student(2).write(folder.resolve("m.distill"));
    server().reload();
    JsonNode two = post("/v2/models/m/infer", ONE).json();
    assertThat(one).isNotEqualTo(two);

    AtomicBoolean over = new AtomicBoolean();
    Set<JsonNode> answers = ConcurrentHashMap.newKeySet();
    ExecutorService clients = Executors.newFixedThreadPool(4);
    List<Future<Integer>> counts = new ArrayList<>();
    for (int c = 0; c < 4; c++) {
      counts.add(
          clients.submit(
              () -> {
                int count = 0;
                while (!over.get()) {
                  Reply reply = post("/v2/models/m/infer", ONE);
                  assertThat(reply.status()).as(reply.error()).isEqualTo(200);
                  answers.add(reply.json());
                  count++;
                }
                return count;
              }));
    }
    for (int swap = 0; swap < 30; swap++) {
      Models.student(1 + swap % 2).write(folder.resolve("m.distill"));
      server().reload();
      Thread.sleep(30);
    }
    over.set(true);
    clients.shutdown();
    assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    for (Future<Integer> count : counts) {
      assertThat(count.get()).isGreaterThan(10);
    }
    assertThat(answers).containsExactlyInAnyOrder(one, two);
  }
}
