package dev.distill.search.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.search.Study;
import dev.distill.search.StudyStore;
import dev.distill.search.Trial;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What stores do that outlive their process and are open several times at once. */
abstract class JdbcStoreContract extends StoreContract {

  @Test
  void what_fails_as_a_whole_is_not_written() {
    StudyStore store = open();
    Study study = study(store).create();
    Trial trial = study.ask().orElseThrow();
    assertThatThrownBy(() -> study.tell(0, List.of(1.0), List.of(), Map.of("x", new Object())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store.trials("study").get(0)).isEqualTo(trial);
    study.tell(0, 2);
    store = reopened(store);
    assertThat(store.trials("study").get(0).value()).isEqualTo(2);
    store.close();
  }
}
