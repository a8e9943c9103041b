package dev.distill.auto;

import dev.distill.spi.TeacherModel;
import dev.distill.spi.TeacherProvider;
import java.io.IOException;
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

  /** Finds the providers that a class loader's jars name as services. */
  public static TeacherCatalog discover(ClassLoader loader) {
    TeacherCatalog catalog = new TeacherCatalog();
    Iterator<TeacherProvider> found = ServiceLoader.load(TeacherProvider.class, loader).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          return catalog;
        }
        catalog.providers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        catalog.problems.add(Causes.text(e));
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
        "%s: nothing here opens such a teacher%s%s"
            .formatted(
                place,
                known.isEmpty()
                    ? ", no module for teachers is on the class path"
                    : "; there are " + known,
                problems.isEmpty() ? "" : "; not loaded: " + String.join("; ", problems)));
  }
}
