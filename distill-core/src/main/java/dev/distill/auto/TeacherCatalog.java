package dev.distill.auto;

import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What opens models as teachers. A provider that can't be loaded is named where it is missed. */
public final class TeacherCatalog {
  private final Services<TeacherProvider> providers;

  private TeacherCatalog(Services<TeacherProvider> providers) {
    this.providers = providers;
  }

  /**
   * Finds the providers on the class path and in plugins.
   *
   * @param plugins jars, or folders of jars, each with a class loader of its own; those without a
   *     provider are passed over
   */
  public static TeacherCatalog discover(ClassLoader loader, List<Path> plugins) {
    return new TeacherCatalog(Services.discover(TeacherProvider.class, loader, plugins));
  }

  /** What each provider opens, in words. */
  public List<String> opens() {
    return providers.found().stream().map(TeacherProvider::opens).toList();
  }

  /** Why providers could not be loaded; empty if all could. */
  public List<String> problems() {
    return List.copyOf(providers.problems());
  }

  /** Whether a provider opens what stands there, by its name. */
  public boolean opens(String place) {
    return providers.found().stream().anyMatch(provider -> provider.opens(place));
  }

  /**
   * Opens a model; the caller closes it.
   *
   * @param place a file's path
   * @throws IllegalArgumentException if nothing here opens such a model, or it is none
   * @throws IOException if it can't be read
   */
  public TeacherModel open(String place) throws IOException {
    for (TeacherProvider provider : providers.found()) {
      if (provider.opens(place)) {
        return provider.open(place);
      }
    }
    throw new IllegalArgumentException(
        "%s: nothing here opens such a teacher; there are %s%s; export the model to one of these, or"
                .formatted(place, String.join("; ", opens()), providers.notLoaded())
            + " write its probabilities to a file");
  }
}
