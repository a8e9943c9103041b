package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is a library of ours is a module, and works as one. */
class ModulesTest {
  private static final Set<String> OURS =
      Set.of(
          "dev.distill.core",
          "dev.distill.http",
          "dev.distill.models.smile",
          "dev.distill.models.tribuo",
          "dev.distill.models.xgboost",
          "dev.distill.onnx",
          "dev.distill.report",
          "dev.distill.runtime",
          "dev.distill.serve");

  private static final List<String> SERVICES =
      List.of(
          "dev.distill.spi.StudentModel",
          "dev.distill.spi.TeacherProvider",
          "dev.distill.spi.StudentExporter");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /** The class path as a module path, without what only tests need. */
  private static ModuleFinder modules() {
    List<Path> paths = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      boolean module = Files.exists(path.resolve("module-info.class"));
      if (module || (entry.endsWith(".jar") && isModule(path))) {
        paths.add(path);
      }
    }
    return ModuleFinder.of(paths.toArray(Path[]::new));
  }

  private static boolean isModule(Path jar) {
    try {
      return !ModuleFinder.of(jar).findAll().isEmpty();
    } catch (FindException e) {
      return false;
    }
  }

  private static ModuleLayer layer() {
    Configuration resolved =
        ModuleLayer.boot().configuration().resolve(modules(), ModuleFinder.of(), OURS);
    return ModuleLayer.boot()
        .defineModulesWithOneLoader(resolved, ClassLoader.getPlatformClassLoader());
  }

  @Test
  void a_module_distils_with_the_families_that_it_finds() throws Exception {
    Path sources = Files.createDirectories(folder.resolve("source"));
    Files.writeString(
        sources.resolve("module-info.java"),
        """
        module user {
          requires dev.distill.core;
          requires dev.distill.models.smile;
          requires dev.distill.models.xgboost;
          requires dev.distill.report;
        }
        """);
    Files.writeString(
        sources.resolve("Main.java"),
        """
        package user;

        import com.google.inject.Guice;
        import dev.distill.auto.*;
        import dev.distill.data.Dataset;
        import dev.distill.guice.DistillModule;
        import dev.distill.report.ResultFolder;
        import dev.distill.report.page.*;
        import java.nio.file.*;
        import java.util.*;

        public class Main {
          public static void main(String[] args) throws Exception {
            float[][] rows = new float[200][];
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < rows.length; i++) {
              rows[i] = new float[] {i % 10, i % 7};
              labels.add(i % 10 < 5 ? "no" : "yes");
            }
            DistillationResult result =
                Distiller.builder()
                    .train(Dataset.of(List.of("a", "b"), rows, labels))
                    .teacher(features -> {
                      double[] p = new double[2 * features.rows()];
                      for (int i = 0; i < features.rows(); i++) {
                        p[2 * i] = features.get(i, 0) < 5 ? 0.8 : 0.1;
                        p[2 * i + 1] = 1 - p[2 * i];
                      }
                      return p;
                    })
                    .configure(c -> c.trials(8).folds(2).augment(0))
                    .run();
            Path folder = Path.of(args[0]);
            ResultFolder.write(result, folder);
            Files.writeString(folder.resolve("report.html"), ReportPage.of(RunFolder.read(folder)));
            Set<String> families = new TreeSet<>();
            for (TrialOutcome trial : result.trials()) {
              trial.failure().ifPresent(System.out::println);
              families.add(trial.spec().family());
            }
            System.out.println(families + " " + Distiller.class.getModule());
            Guice.createInjector(new DistillModule(DistillConfig.builder().build()))
                .getInstance(AutoDistiller.class);
          }
        }
        """);
    String path =
        modules().findAll().stream()
            .map(module -> Path.of(module.location().orElseThrow()).toString())
            .collect(Collectors.joining(File.pathSeparator));
    Path compiled = folder.resolve("compiled");
    StringWriter problems = new StringWriter();
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(problems),
                new PrintWriter(problems),
                "-proc:none",
                "-p",
                path,
                "-d",
                compiled.toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve("Main.java").toString());
    assertThat(code).as(problems.toString()).isZero();
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                compiled + File.pathSeparator + path,
                "-m",
                "user/user.Main",
                out.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said)
        .contains("smile.tree", "xgboost.trees", "module dev.distill.core")
        .doesNotContain("Exception");
    assertThat(out.resolve("student.distill")).exists();
    assertThat(out.resolve("report.html")).content().contains("Mike Bostock");
  }

  @Test
  void modules_provide_what_their_lists_for_the_class_path_name() throws Exception {
    ClassLoader classPath = ModulesTest.class.getClassLoader();
    ModuleLayer layer = layer();
    for (String service : SERVICES) {
      Set<String> provided = new TreeSet<>();
      for (Module module : layer.modules()) {
        for (ModuleDescriptor.Provides provides : module.getDescriptor().provides()) {
          if (provides.service().equals(service)) {
            provided.addAll(provides.providers());
          }
        }
      }
      Set<String> listed =
          ServiceLoader.load(Class.forName(service), classPath).stream()
              .map(provider -> provider.type().getName())
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(provided).as(service).isEqualTo(listed);
    }
  }

  @Test
  void no_module_shows_a_package_of_another() {
    Map<String, List<String>> exports =
        layer().modules().stream()
            .filter(module -> module.getName().startsWith("dev.distill"))
            .flatMap(
                module ->
                    module.getDescriptor().exports().stream()
                        .map(export -> Map.entry(export.source(), module.getName())))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    assertThat(exports.values()).allSatisfy(modules -> assertThat(modules).hasSize(1));
    assertThat(exports).containsKeys("dev.distill.spi", "dev.distill.report.page");
  }
}
