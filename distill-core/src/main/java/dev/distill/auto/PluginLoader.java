package dev.distill.auto;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one plugin: its own before those of the class path, so that it may bring another
 * version of a library. The JDK's and Distill's own it shares with everybody.
 */
final class PluginLoader extends URLClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String SERVICES = "META-INF/services/";

  private PluginLoader(String name, URL[] jars, ClassLoader parent) {
    super(name, jars, parent);
  }

  /**
   * Opens a plugin.
   *
   * @param plugin a jar, or a folder of jars
   * @throws IOException if a jar can't be read; the message names it
   */
  static PluginLoader open(Path plugin, ClassLoader parent) throws IOException {
    List<Path> jars = Files.isDirectory(plugin) ? Plugins.jars(plugin) : List.of(plugin);
    if (jars.isEmpty()) {
      throw new IOException("there is no jar in it");
    }
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      // A class loader passes over what it can't open without a word.
      try {
        new JarFile(jars.get(i).toFile()).close();
        urls[i] = jars.get(i).toUri().toURL();
      } catch (IOException e) {
        throw new IOException(jars.get(i).getFileName() + " is no whole jar: " + e.getMessage(), e);
      }
    }
    return new PluginLoader(plugin.getFileName().toString(), urls, parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> found = findLoadedClass(name);
      if (found == null) {
        found = isShared(name) ? null : ownOrNull(name);
      }
      if (found == null) {
        // The JDK's, Distill's, or one that the plugin takes from the class path.
        found = parentOrNull(name);
      }
      if (found == null) {
        found = findClass(name);
      }
      if (resolve) {
        resolveClass(found);
      }
      return found;
    }
  }

  private @Nullable Class<?> ownOrNull(String name) {
    try {
      return findClass(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  private @Nullable Class<?> parentOrNull(String name) {
    try {
      return getParent().loadClass(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  /** Whether a class must be the same for the plugin and for Distill. */
  private static boolean isShared(String name) {
    if (name.startsWith("dev.distill.")) {
      return !name.startsWith("dev.distill.models.");
    }
    if (name.startsWith("java.") || name.startsWith("org.jspecify.")) {
      return true;
    }
    try {
      getPlatformClassLoader().loadClass(name);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = findResource(name);
    return own == null && !name.startsWith(SERVICES) ? super.getResource(name) : own;
  }

  /** Its own first; of services its own alone, for those of the class path are known already. */
  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    if (name.startsWith(SERVICES)) {
      return findResources(name);
    }
    List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
    all.addAll(Collections.list(getParent().getResources(name)));
    return Collections.enumeration(all);
  }
}
