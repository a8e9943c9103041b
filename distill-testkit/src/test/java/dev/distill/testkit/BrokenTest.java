package dev.distill.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.distill.spi.StudentModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** A family that breaks a rule fails on that rule, and says so; the correct ones pass all. */
class BrokenTest {
  private static Supplier<StudentModel> family = Leaves::new;

  /** The contract of whichever family is tested, without a Java of its own. */
  static final class OfFamily extends StudentModelContract {
    @Override
    protected StudentModel student() {
      return family.get();
    }

    @Override
    Apart.Result apart() {
      return new Apart.Result("", 0);
    }
  }

  static final class OfLeavesMemory extends StudentModelContract {
    @Override
    protected StudentModel student() {
      return new Broken.LeavesMemory();
    }
  }

  static final class OfPrints extends StudentModelContract {
    @Override
    protected StudentModel student() {
      return new Broken.Prints();
    }
  }

  static Stream<Arguments> families() {
    return Stream.of(
        broken(Broken.HardensManyClasses::new, "learns a soft target"),
        broken(Broken.OneColumn::new, "learns from every column"),
        broken(Broken.PeeksAtLabels::new, "alpha = 1 ignores the labels"),
        broken(Broken.SmoothsLabels::new, "alpha = 0 equals the labels"),
        broken(Broken.NeedsLabels::new, "rows without labels learn from the teacher"),
        broken(Broken.ForgetsTemperature::new, "has T in the gradient"),
        broken(
            Broken.AveragesWhatIsThere::new,
            "logits are finite for every row",
            "fits data of every shape"),
        broken(Broken.LeavesLogitsOut::new, "learns a soft target", "probability rows sum to 1"),
        broken(Broken.SortsClasses::new, "permuting classes permutes outputs"),
        broken(Broken.NormalizesWeights::new, "row weights mean repetition"),
        broken(Broken.KeepsTheFirstHalf::new, "row order does not matter"),
        broken(Broken.DependsOnThreads::new, "the number of threads does not matter"),
        broken(Broken.NeedsAPositiveSeed::new, "the same seed gives the same student"),
        broken(Broken.CutsTheSeed::new, "every seed learns"),
        broken(Broken.Remembers::new, "what it was fitted on before does not matter"),
        broken(Broken.WritesTargets::new, "input arrays are left unchanged"),
        broken(Broken.WritesRows::new, "input arrays are left unchanged"),
        broken(Broken.RefusesConstants::new, "fits data of every shape"),
        broken(Broken.OverstatesDepth::new, "fits at both ends of every hyperparameter"),
        broken(Broken.ReportsOnce::new, "reports every step"),
        broken(Broken.WrapsCancellation::new, "a cancelled fit ends at once"),
        broken(Broken.IgnoresCancellation::new, "a cancelled fit ends at once"),
        broken(Broken.LeavesAThread::new, "a cancelled fit leaves no thread"),
        broken(OfLeavesMemory.class, "fits leave no native memory, cancelled or not"),
        broken(OfPrints.class, "prints nothing"),
        broken(Broken.SharesABuffer::new, "answers eight threads at once"),
        broken(Broken.PortsAnother::new, "the portable form answers the same"),
        broken(Broken.PortsOffByABin::new, "the portable form answers the same"),
        broken(Broken.ClosesOnce::new, "closes twice, and says so when used after that"),
        broken(Broken.NeverCloses::new, "closes twice, and says so when used after that"),
        broken(Broken.TakesAnyShape::new, "refuses rows and outputs of another shape"),
        broken(Broken.Shouts::new, "says what it is"),
        broken(Broken.FromTheFuture::new, "says what it is"),
        broken(Broken.Hidden::new, "is found by the service loader"),
        broken(Broken.Modest::new));
  }

  private static Arguments broken(Supplier<StudentModel> made, String... rules) {
    family = made;
    return Arguments.of(made.get().getClass().getSimpleName(), made, OfFamily.class, rules);
  }

  private static Arguments broken(Class<? extends StudentModelContract> contract, String... rules) {
    return Arguments.of(contract.getSimpleName(), family, contract, rules);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("families")
  void fails_on_the_rule_that_it_breaks(
      String name,
      Supplier<StudentModel> made,
      Class<? extends StudentModelContract> contract,
      String[] rules) {
    family = made;
    PrintStream terminal = System.err;
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    List<Event> failed;
    try {
      failed =
          EngineTestKit.engine("junit-jupiter")
              .selectors(selectClass(contract))
              .execute()
              .testEvents()
              .failed()
              .list();
    } finally {
      System.setErr(terminal);
    }
    Set<String> broken = new TreeSet<>();
    for (Event event : failed) {
      Throwable problem =
          event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
      String message = String.valueOf(problem.getMessage());
      assertThat(message)
          .startsWith("rule '")
          .contains("' is broken by dev.distill.testkit.Broken$", "expected ", ", got ")
          .endsWith("; repeat with -Ddistill.seed=" + Task.SEED);
      broken.add(message.substring("rule '".length(), message.indexOf("' is broken by")));
    }
    assertThat(broken).containsExactlyInAnyOrder(rules);
  }
}
