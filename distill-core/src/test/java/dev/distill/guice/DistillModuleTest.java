package dev.distill.guice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.ConfigurationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import dev.distill.auto.AutoDistiller;
import dev.distill.auto.Cancellation;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.DistillationResult;
import dev.distill.auto.FakeFamily;
import dev.distill.auto.LocalTrialExecutor;
import dev.distill.auto.Planted;
import dev.distill.auto.SelectionRule;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TrialExecutor;
import dev.distill.search.Sampler;
import dev.distill.search.TpeSampler;
import dev.distill.spi.StudentModel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DistillModuleTest {
  private final DistillConfig config =
      DistillConfig.builder().trials(3).folds(2).threads(2).build();
  private final AtomicInteger calls = new AtomicInteger();

  private static <T> Module binding(Class<T> type, T instance) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        bind(type).toInstance(instance);
      }
    };
  }

  /** The module with a fake family, and one binding more overridden. */
  private DistillationResult distill(Module override) {
    StudentCatalog catalog = StudentCatalog.of(List.of(FakeFamily.soft("fake.soft")));
    Module fake =
        Modules.override(new DistillModule(config)).with(binding(StudentCatalog.class, catalog));
    return Guice.createInjector(Modules.override(fake).with(override))
        .getInstance(AutoDistiller.class)
        .distill(Planted.task(200), (outcome, best, done, total) -> {}, new Cancellation());
  }

  @Test
  void binds_a_distiller_and_its_parts() {
    Injector injector = Guice.createInjector(new DistillModule(config));
    assertThat(injector.getInstance(AutoDistiller.class)).isNotNull();
    assertThat(injector.getInstance(DistillConfig.class)).isSameAs(config);
    assertThat(injector.getInstance(Sampler.class)).isInstanceOf(TpeSampler.class);
    assertThat(injector.getInstance(TrialExecutor.class)).isInstanceOf(LocalTrialExecutor.class);
    assertThat(injector.getInstance(StudentCatalog.class).problems()).isEmpty();
  }

  @Test
  void wants_explicit_bindings() {
    Injector injector = Guice.createInjector(new DistillModule(config));
    assertThatThrownBy(() -> injector.getInstance(Cancellation.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Explicit bindings are required");
  }

  @Test
  void a_catalog_of_ones_own_is_used() {
    StudentModel family = FakeFamily.soft("fake.soft");
    DistillationResult result =
        Guice.createInjector(
                Modules.override(new DistillModule(config))
                    .with(binding(StudentCatalog.class, StudentCatalog.of(List.of(family)))))
            .getInstance(AutoDistiller.class)
            .distill(Planted.task(200), (outcome, best, done, total) -> {}, new Cancellation());
    assertThat(result.student().chosen().spec().family()).isEqualTo("fake.soft");
    assertThat(result.trials()).hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void a_sampler_of_ones_own_is_used() {
    TpeSampler random = new TpeSampler();
    distill(
        binding(
            Sampler.class,
            question -> {
              calls.incrementAndGet();
              return random.suggest(question);
            }));
    // Three trials of the student and of the twin, the first of each with the defaults.
    assertThat(calls).hasValue(4);
  }

  @Test
  void a_selection_rule_of_ones_own_is_used() {
    DistillationResult result =
        distill(
            binding(
                SelectionRule.class,
                (finalists, twin) -> {
                  calls.incrementAndGet();
                  return finalists.get(finalists.size() - 1);
                }));
    assertThat(calls).hasValue(1);
    assertThat(result.student().chosen())
        .isEqualTo(result.trials().get(result.trials().size() - 1));
  }

  @Test
  void an_executor_of_ones_own_is_used() {
    DistillationResult result =
        distill(
            binding(
                TrialExecutor.class,
                (next, run, tell) -> {
                  calls.incrementAndGet();
                  new LocalTrialExecutor(1).run(next, run, tell);
                }));
    assertThat(calls).hasPositiveValue();
    assertThat(result.trials()).isNotEmpty();
  }
}
