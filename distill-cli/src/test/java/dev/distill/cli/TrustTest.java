package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URLClassLoader;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** No file of data makes Distill run code: no Java serialization, no class that a file names. */
final class TrustTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("dev.distill");

  /** Who may name classes at run time, and where the names come from. */
  private static final Map<String, String> LOADERS =
      Map.of(
          "dev.distill.auto.PluginLoader",
          "a class loader: the JVM asks it for what the classes of a plugin name",
          "dev.distill.export.CompiledStudent",
          "verify compiles and runs the exported Java source that the user names: code, like a plugin",
          "dev.distill.testkit.Apart",
          "the family's own test, named by the process that started this one");

  /** Who looks for services: in jars on the class path and in plugins that the user names. */
  private static final Set<String> CATALOGS =
      Set.of(
          "dev.distill.auto.StudentCatalog",
          "dev.distill.runtime.Affine",
          "dev.distill.auto.Services",
          "dev.distill.testkit.StudentModelContract");

  /** The classes that use something, each with what it is. */
  private static Map<String, Set<String>> users(Predicate<AccessTarget> forbidden) {
    Map<String, Set<String>> users = new TreeMap<>();
    for (JavaClass type : ALL) {
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        if (forbidden.test(access.getTarget())) {
          users
              .computeIfAbsent(type.getName(), name -> new TreeSet<>())
              .add(access.getTarget().getFullName());
        }
      }
    }
    return users;
  }

  private static boolean isOf(AccessTarget target, Class<?> type) {
    return target.getOwner().isAssignableTo(type);
  }

  @Test
  void every_module_is_looked_at() {
    Set<String> packages = new TreeSet<>();
    ALL.forEach(type -> packages.add(type.getPackageName()));
    assertThat(packages)
        .contains(
            "dev.distill.runtime",
            "dev.distill.auto",
            "dev.distill.cli",
            "dev.distill.http",
            "dev.distill.models.smile",
            "dev.distill.models.tribuo",
            "dev.distill.models.xgboost",
            "dev.distill.onnx",
            "dev.distill.serve",
            "dev.distill.testkit");
  }

  @Test
  void nothing_of_java_serialization() {
    assertThat(
            users(
                target ->
                    isOf(target, ObjectInputStream.class)
                        || isOf(target, ObjectOutputStream.class)
                        || target.getName().equals("readObject")))
        .isEmpty();
    assertThat(ALL.stream().filter(type -> type.isAssignableTo(Externalizable.class))).isEmpty();
    assertThat(
            ALL.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(
                    method ->
                        Set.of("readObject", "writeObject", "readResolve", "writeReplace")
                            .contains(method.getName())))
        .isEmpty();
  }

  /** Smile's and Tribuo's own files are Java's serialization; theirs of Kryo makes any class. */
  @Test
  void nothing_of_the_libraries_serialization() {
    assertThat(
            users(
                target ->
                    target.getName().startsWith("deserialize")
                        || target.getOwner().getPackageName().startsWith("com.esotericsoftware.")))
        .isEmpty();
  }

  @Test
  void only_class_loaders_name_classes() {
    Map<String, Set<String>> users =
        users(
            target ->
                (isOf(target, Class.class) && target.getName().equals("forName"))
                    || (isOf(target, ClassLoader.class)
                        && Set.of("loadClass", "findClass", "defineClass")
                            .contains(target.getName()))
                    || target.getFullName().startsWith("java.lang.invoke.MethodHandles$Lookup.find")
                    || (isOf(target, URLClassLoader.class) && target.getName().equals("<init>")));
    assertThat(users.keySet()).isEqualTo(new TreeSet<>(LOADERS.keySet()));
  }

  @Test
  void only_the_catalogs_and_the_kernel_of_vectors_look_for_services() {
    assertThat(users(target -> isOf(target, ServiceLoader.class)).keySet())
        .isEqualTo(new TreeSet<>(CATALOGS));
  }

  /** Jackson makes the class that a JSON names only where it is told to. */
  @Test
  void no_json_names_a_class() {
    assertThat(
            users(
                target ->
                    target.getOwner().getPackageName().startsWith("com.fasterxml.jackson")
                        && target.getName().matches(".*(DefaultTyping|PolymorphicType).*")))
        .isEmpty();
    assertThat(
            ALL.stream()
                .filter(
                    type -> type.isAnnotatedWith("com.fasterxml.jackson.annotation.JsonTypeInfo")))
        .isEmpty();
  }
}
