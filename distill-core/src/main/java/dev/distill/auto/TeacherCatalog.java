package dev.distill.auto;

import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

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
    String known =
        providers.found().stream().map(TeacherProvider::opens).collect(Collectors.joining("; "));
    throw new IllegalArgumentException(
        "%s: nothing here opens such a teacher; there are %s%s"
            .formatted(place, known, providers.notLoaded()));
  }
}
