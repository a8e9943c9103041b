package dev.distill.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.tools.ToolProvider;

/** Runs commands in this process, and makes small data with a known teacher. */
final class Cli {
  /** What a command printed and how it ended. */
  record Outcome(int code, String out, String err) {}

  private Cli() {}

  static Outcome run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      texts[i] = args[i].toString();
    }
    int code = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), texts);
    return new Outcome(code, out.toString(), err.toString());
  }

  /**
   * Writes {@code name.csv} (two numbers with missing values, a category, a label of three classes)
   * and {@code name_teacher.csv} (the distribution that the labels were drawn from).
   */
  static void writeData(Path folder, String name, int rows, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder data = new StringBuilder("size,weight,colour,kind\n");
    StringBuilder teacher = new StringBuilder("p_cat,p_dog,p_emu\n");
    String[] colours = {"red", "green", "blue"};
    String[] kinds = {"cat", "dog", "emu"};
    for (int i = 0; i < rows; i++) {
      double size = random.nextDouble() * 10;
      double weight = random.nextDouble() * 5;
      int colour = random.nextInt(3);
      double a = Math.exp(size - 5);
      double b = Math.exp(weight - 2 + (colour == 0 ? 2 : 0));
      double sum = a + b + 1;
      double u = random.nextDouble() * sum;
      String kind = kinds[u < a ? 0 : u < a + b ? 1 : 2];
      String shown = random.nextInt(20) == 0 ? "" : String.valueOf(size);
      data.append(shown).append(',').append(weight).append(',').append(colours[colour]);
      data.append(',').append(kind).append('\n');
      teacher.append(a / sum).append(',').append(b / sum).append(',').append(1 / sum).append('\n');
    }
    Files.writeString(folder.resolve(name + ".csv"), data);
    Files.writeString(folder.resolve(name + "_teacher.csv"), teacher);
  }

  /** Compiles a class of somebody else's against what is on the class path here. */
  static void compile(Path source, Path into) {
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                OutputStream.nullOutputStream(),
                System.err,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                into.toString(),
                source.toString());
    if (result != 0) {
      throw new IllegalStateException(source + " does not compile");
    }
  }
}
