package dev.distill.auto;

import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** What opens models as teachers. A provider that can't be loaded is named where it is missed. */
public final class TeacherCatalog {
  private final List<TeacherProvider> providers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private TeacherCatalog() {}

  /**
   * Finds the providers on the class path and in plugins.
   *
   * @param plugins jars, or folders of jars, each with a class loader of its own; those without a
   *     provider are passed over
   */
  public static TeacherCatalog discover(ClassLoader loader, List<Path> plugins) {
    TeacherCatalog catalog = new TeacherCatalog();
    catalog.load(loader);
    for (Path plugin : plugins) {
      try {
        catalog.load(PluginLoader.open(plugin, loader));
      } catch (IOException e) {
        catalog.problems.add("plugin %s: %s".formatted(plugin, e.getMessage()));
      }
    }
    return catalog;
  }

  private void load(ClassLoader loader) {
    Iterator<TeacherProvider> found = ServiceLoader.load(TeacherProvider.class, loader).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          return;
        }
        providers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        problems.add(Causes.text(e));
      }
    }
  }

  /**
   * Opens a model; the caller closes it.
   *
   * @param place a file's path
   * @throws IllegalArgumentException if nothing here opens such a model, or it is none
   * @throws IOException if it can't be read
   */
  public TeacherModel open(String place) throws IOException {
    for (TeacherProvider provider : providers) {
      if (provider.opens(place)) {
        return provider.open(place);
      }
    }
    String known = providers.stream().map(TeacherProvider::opens).collect(Collectors.joining("; "));
    throw new IllegalArgumentException(
        "%s: nothing here opens such a teacher; there are %s%s"
            .formatted(
                place,
                known,
                problems.isEmpty() ? "" : "; not loaded: " + String.join("; ", problems)));
  }
}
