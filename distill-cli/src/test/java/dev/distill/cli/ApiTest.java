package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What programs may use is kept in {@code docs/api}, so that no change of it goes unseen: {@code
 * mvn -q -B -Dfast -pl distill-cli -am test -Dtest=ApiTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dapi.write=true} writes it again.
 */
class ApiTest {
  private static final Path KEPT = Path.of("..", "docs", "api");

  private static final Set<JavaModifier> TOLD =
      Set.of(
          JavaModifier.PROTECTED, JavaModifier.ABSTRACT, JavaModifier.STATIC, JavaModifier.FINAL);

  @Test
  void what_programs_may_use_is_what_is_kept() throws IOException {
    Map<String, Set<String>> modules = new TreeMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.contains("distill")) {
        for (ModuleReference module : ModuleFinder.of(Path.of(entry)).findAll()) {
          if (!module.descriptor().isAutomatic()) {
            modules.put(module.descriptor().name(), api(module.descriptor(), Path.of(entry)));
          }
        }
      }
    }
    assertThat(modules).containsKeys("dev.distill.runtime", "dev.distill.core");
    for (Map.Entry<String, Set<String>> module : modules.entrySet()) {
      Path file = KEPT.resolve(module.getKey() + ".txt");
      if (Boolean.getBoolean("api.write")) {
        Files.createDirectories(KEPT);
        Files.write(file, module.getValue());
      }
      assertThat(module.getValue())
          .as("%s: see the head of this test to write it again where the change is meant", file)
          .containsExactlyElementsOf(Files.readAllLines(file));
    }
    try (var files = Files.list(KEPT)) {
      assertThat(files).hasSize(modules.size());
    }
  }

  /** A line for each type and member that others see. */
  private static Set<String> api(ModuleDescriptor module, Path place) throws IOException {
    Set<String> packages =
        module.exports().stream()
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet());
    Set<String> lines = new TreeSet<>();
    for (JavaClass type : classes(place)) {
      if (packages.contains(type.getPackageName()) && isSeen(type)) {
        lines.add(line(type));
        type.getMembers().stream()
            .filter(member -> isSeen(member.getModifiers()))
            .forEach(member -> lines.add(line(member)));
      }
    }
    return lines;
  }

  /** Of a jar, as in a whole build, or of a folder, as in a part of one. */
  private static JavaClasses classes(Path place) throws IOException {
    ClassFileImporter importer = new ClassFileImporter();
    if (Files.isDirectory(place)) {
      return importer.importPath(place);
    }
    try (JarFile jar = new JarFile(place.toFile())) {
      return importer.importJar(jar);
    }
  }

  private static boolean isSeen(JavaClass type) {
    Optional<JavaClass> outer = type.getEnclosingClass();
    return isSeen(type.getModifiers())
        && !type.isAnonymousClass()
        && (outer.isEmpty() || isSeen(outer.get()));
  }

  private static boolean isSeen(Set<JavaModifier> modifiers) {
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }

  private static String line(JavaClass type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    String above =
        type.getRawInterfaces().stream()
            .map(JavaClass::getName)
            .sorted()
            .collect(Collectors.joining(", "));
    return "%s: %s%s extends %s implements %s"
        .formatted(
            type.getName(),
            words(type.getModifiers()),
            kind,
            type.getRawSuperclass().map(JavaClass::getName).orElse("nothing"),
            above.isEmpty() ? "nothing" : above);
  }

  private static String line(JavaMember member) {
    if (member instanceof JavaField field) {
      return "%s: %s%s"
          .formatted(
              field.getFullName(), words(field.getModifiers()), field.getRawType().getName());
    }
    JavaCodeUnit code = (JavaCodeUnit) member;
    String fails =
        code.getExceptionTypes().stream().map(JavaClass::getName).collect(Collectors.joining(", "));
    return "%s: %s%s%s"
        .formatted(
            code.getFullName(),
            words(code.getModifiers()),
            code.getRawReturnType().getName(),
            fails.isEmpty() ? "" : " throws " + fails);
  }

  private static String words(Set<JavaModifier> modifiers) {
    return modifiers.stream()
        .filter(TOLD::contains)
        .map(modifier -> modifier.name().toLowerCase(Locale.ROOT) + " ")
        .sorted()
        .collect(Collectors.joining());
  }
}
