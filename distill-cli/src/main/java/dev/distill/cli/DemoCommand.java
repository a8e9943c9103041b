package dev.distill.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill demo}: the whole way on data that ships with the program. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "The whole way in about a minute, on data that ships with Distill.",
      "",
      "Soils from satellite images: 1 200 training and 2 000 test rows, 36 numbers a row, 6 classes"
          + " (Statlog Landsat Satellite, UCI Machine Learning Repository, A. Srinivasan, CC BY"
          + " 4.0); the teacher is an average of 500 random trees, 500 extra trees and 1 800"
          + " boosted ones, trained on 3 235 other rows.",
      ""
    })
final class DemoCommand implements Callable<Integer> {
  private static final String[] FILES = {
    "train.csv.gz", "train_teacher.csv.gz", "test.csv.gz", "test_teacher.csv.gz"
  };

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder for data and results (${DEFAULT-VALUE})")
  private Path out = Path.of("distill-demo");

  @Option(names = "--trials", paramLabel = "N", description = "trials (${DEFAULT-VALUE})")
  private int trials = 8;

  @Mixin private Families families = new Families();

  @Override
  public Integer call() throws Exception {
    OutputFolder folder = OutputFolder.open(out);
    for (String name : FILES) {
      try (InputStream in = DemoCommand.class.getResourceAsStream("demo/" + name)) {
        if (in == null) {
          throw new IllegalStateException("the demo's data is not in the program: " + name);
        }
        folder.write(name, in.readAllBytes());
      }
    }
    PrintWriter text = spec.commandLine().getOut();
    text.println(
        "Soils from satellite images, 6 classes. The teacher is an ensemble of 2 800 trees, trained"
            + " on rows that are not");
    text.println("here; all we have are 1 200 rows and what it says of them. The same by hand:");
    text.printf(
        "  distill run --train %1$s --label soil --teacher %2$s \\%n"
            + "      --test %3$s --test-teacher %4$s --trials %5$s --out %6$s%n%n",
        out.resolve(FILES[0]),
        out.resolve(FILES[1]),
        out.resolve(FILES[2]),
        out.resolve(FILES[3]),
        trials,
        out);
    text.flush();
    RunCommand run = new RunCommand();
    CommandLine line = Main.commandLine(run).setOut(text).setErr(spec.commandLine().getErr());
    List<String> words =
        new ArrayList<>(
            List.of(
                "--train=" + out.resolve(FILES[0]),
                "--label=soil",
                "--teacher=" + out.resolve(FILES[1]),
                "--test=" + out.resolve(FILES[2]),
                "--test-teacher=" + out.resolve(FILES[3]),
                "--trials=" + trials,
                "--out=" + out));
    words.addAll(families.words());
    line.parseArgs(words.toArray(new String[0]));
    run.call();
    text.printf(
        "%nKL is how far from the teacher's probabilities; the twin is the same search on labels"
            + " alone.%nNext, score rows with the student:%n"
            + "  distill predict --student %s --data %s --out %s%n",
        out.resolve("student.distill"), out.resolve(FILES[2]), out.resolve("predictions.csv"));
    text.flush();
    return Main.OK;
  }
}
