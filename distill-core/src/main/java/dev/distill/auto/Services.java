package dev.distill.auto;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What {@link ServiceLoader} finds of one kind on the class path and in plugins.
 *
 * @param found in the order of the class path, then of the plugins
 * @param problems a text for each that can't be loaded
 */
record Services<T>(List<T> found, List<String> problems) {

  /**
   * Looks on the class path and in plugins.
   *
   * @param plugins jars, or folders of jars, each with a class loader of its own; those without a
   *     service of this kind are passed over
   */
  static <T> Services<T> discover(Class<T> kind, ClassLoader loader, List<Path> plugins) {
    Services<T> services = new Services<>(new ArrayList<>(), new ArrayList<>());
    services.load(kind, loader);
    for (Path plugin : plugins) {
      try {
        services.load(kind, PluginLoader.open(plugin, loader));
      } catch (IOException e) {
        services.problems.add("plugin %s: %s".formatted(plugin, e.getMessage()));
      }
    }
    return services;
  }

  private void load(Class<T> kind, ClassLoader loader) {
    Iterator<T> each = ServiceLoader.load(kind, loader).iterator();
    while (true) {
      try {
        if (!each.hasNext()) {
          return;
        }
        found.add(each.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        problems.add(Causes.text(e));
      }
    }
  }

  /** The problems as the end of a message; empty if there are none. */
  String notLoaded() {
    return problems.isEmpty() ? "" : "; not loaded: " + String.join("; ", problems);
  }
}
