package dev.distill.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import dev.distill.auto.AutoDistiller;
import dev.distill.auto.DistillConfig;
import dev.distill.auto.LocalTrialExecutor;
import dev.distill.auto.SelectionRule;
import dev.distill.auto.StudentCatalog;
import dev.distill.auto.StudySettings;
import dev.distill.auto.TrialExecutor;
import dev.distill.search.Pruner;
import dev.distill.search.Sampler;

/**
 * Binds an {@link AutoDistiller} and its parts. Override one with {@code Modules.override(new
 * DistillModule(config)).with(…)}: the sampler, the selection rule, the catalog of families, or
 * where trials run.
 */
public final class DistillModule extends AbstractModule {
  private final DistillConfig config;

  /** A module for one configuration. */
  public DistillModule(DistillConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    bind(DistillConfig.class).toInstance(config);
    bind(Sampler.class).toInstance(StudySettings.defaults().sampler());
    bind(Pruner.class).toInstance(StudySettings.defaults().pruner());
    bind(SelectionRule.class).toInstance(SelectionRule.of(config));
  }

  @Provides
  StudentCatalog catalog() {
    return StudentCatalog.discover(Thread.currentThread().getContextClassLoader());
  }

  @Provides
  TrialExecutor executor(DistillConfig config) {
    return new LocalTrialExecutor(config.threads());
  }

  @Provides
  StudySettings studies(Sampler sampler, Pruner pruner) {
    return StudySettings.inMemory(sampler, StudySettings.defaults().rungs(), pruner);
  }

  @Provides
  AutoDistiller distiller(
      StudentCatalog catalog,
      DistillConfig config,
      StudySettings studies,
      SelectionRule selection,
      TrialExecutor executor) {
    return new AutoDistiller(catalog, config, studies, selection, executor);
  }
}
