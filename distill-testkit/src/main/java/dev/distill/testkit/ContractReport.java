package dev.distill.testkit;

import dev.distill.runtime.DenseNetwork;
import dev.distill.runtime.FactorizationMachine;
import dev.distill.runtime.HingedModel;
import dev.distill.runtime.Logarithm;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Capabilities;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.StudentModel;
import dev.distill.spi.TargetLevel;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Names the rule, the family and the seed in every failure; and writes {@code
 * target/contract/<id>.properties}, from which the table of families is made, when a family keeps
 * every rule.
 */
final class ContractReport
    implements BeforeAllCallback,
        AfterEachCallback,
        AfterAllCallback,
        TestExecutionExceptionHandler {
  private static final Namespace ROOM = Namespace.create(ContractReport.class);
  private static final Path BUILD = Path.of("target");

  /** What is known of a family so far. */
  private static final class Outcome {
    final Set<Method> run = new HashSet<>();
    boolean broken;
    @Nullable StudentModel student;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(ROOM).put(context.getRequiredTestClass(), new Outcome());
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable problem)
      throws Throwable {
    if (problem instanceof TestAbortedException) {
      throw problem;
    }
    DisplayName rule = context.getRequiredTestMethod().getAnnotation(DisplayName.class);
    String came =
        problem instanceof AssertionError
            ? problem.getMessage()
            : "expected no exception, got " + problem;
    throw new AssertionError(
        "rule '%s' is broken by %s: %s; repeat with -Ddistill.seed=%d"
            .formatted(
                rule == null ? context.getDisplayName() : rule.value(),
                name(context),
                came,
                Task.SEED),
        problem);
  }

  private static String name(ExtensionContext context) {
    if (context.getRequiredTestInstance() instanceof StudentModelContract contract) {
      StudentModel student = contract.student();
      return student.getClass().getName() + " (" + student.id() + ")";
    }
    return context.getRequiredTestClass().getName();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Outcome outcome = outcome(context);
    outcome.run.add(context.getRequiredTestMethod());
    Throwable problem = context.getExecutionException().orElse(null);
    outcome.broken |= problem != null && !(problem instanceof TestAbortedException);
    if (outcome.student == null
        && context.getRequiredTestInstance() instanceof StudentModelContract contract) {
      outcome.student = contract.student();
    }
  }

  private static Outcome outcome(ExtensionContext context) {
    return context.getStore(ROOM).get(context.getRequiredTestClass(), Outcome.class);
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    Outcome outcome = outcome(context);
    StudentModel student = outcome.student;
    if (student == null) {
      return;
    }
    Path file = BUILD.resolve("contract").resolve(student.id() + ".properties");
    Files.deleteIfExists(file);
    for (Method rule : StudentModelContract.class.getDeclaredMethods()) {
      // Rules are the methods with a name for people; all must have run, not a choice of them.
      if (rule.isAnnotationPresent(DisplayName.class) && !outcome.run.contains(rule)) {
        return;
      }
    }
    if (!outcome.broken && Files.isDirectory(BUILD)) {
      Files.createDirectories(BUILD.resolve("contract"));
      Files.writeString(file, row(student));
    }
  }

  private static String row(StudentModel student) {
    Capabilities can = student.capabilities();
    return """
        id=%s
        level=%s
        classes=%s
        encoding=%s
        deterministic=%s
        exact_temperature=%s
        portable=%s
        description=%s
        """
        .formatted(
            student.id(),
            lower(can.level()),
            can.maxClasses(),
            lower(can.encoding()),
            can.deterministic(),
            can.level() == TargetLevel.LOSS_GRADIENT,
            portable(student),
            student.description());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String portable(StudentModel student) {
    double alpha = can(student) ? 1 : 0;
    try (Sweep sweep = new Sweep();
        FittedStudent fitted = sweep.fit(student, Task.twoColumns(2), alpha, Map.of())) {
      return fitted.portable().map(ContractReport::form).orElse("none");
    }
  }

  private static boolean can(StudentModel student) {
    return student.capabilities().level() != TargetLevel.HARD_LABELS;
  }

  private static String form(PortableModel model) {
    if (model instanceof StandardizedModel standardized) {
      return form(standardized.model());
    } else if (model instanceof HingedModel hinged) {
      return form(hinged.model());
    } else if (model instanceof Logarithm logarithm) {
      return form(logarithm.model());
    } else if (model instanceof TreeEnsemble trees) {
      return trees.trees() == 1 ? "tree" : "trees";
    } else if (model instanceof DenseNetwork network) {
      return network.layers().size() == 1 ? "linear" : "network";
    }
    return model instanceof FactorizationMachine ? "factorisation machine" : "none";
  }
}
