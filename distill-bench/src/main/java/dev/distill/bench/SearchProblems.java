package dev.distill.bench;

import dev.distill.spi.Hyperparameter;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.SearchSpace;
import dev.distill.spi.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/** Problems for samplers: a space and a loss to be minimised, cheap to evaluate. */
final class SearchProblems {
  private static final String[] TABLES = {"tabular_german_credit", "tabular_titanic"};

  private static final double[] ALPHA = {1, 1.2, 3, 3.2};
  private static final double[][] A = {
    {10, 3, 17, 3.5, 1.7, 8},
    {0.05, 10, 17, 0.1, 8, 14},
    {3, 3.5, 1.7, 10, 17, 8},
    {17, 8, 0.05, 10, 0.1, 14}
  };
  private static final double[][] P = {
    {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
    {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
    {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
    {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}
  };

  private SearchProblems() {}

  /** A space and what is to be minimised in it. */
  record Problem(String name, SearchSpace space, Function<Hyperparameters, Double> loss) {}

  /** Those that are given by a formula and have figures of Optuna's. */
  static List<Problem> analytic() {
    SearchSpace plane =
        SearchSpace.builder().add(real("x", -5, 10, false)).add(real("y", 0, 15, false)).build();
    return List.of(
        new Problem("branin", plane, p -> branin(p.real("x"), p.real("y"))),
        new Problem("hartmann6", cube(6, 0, 1, false), p -> hartmann6(numbers(p))),
        new Problem("rosenbrock5_log", cube(5, 0.01, 100, true), p -> rosenbrock(logs(p))),
        new Problem("mixed", mixedSpace(), SearchProblems::mixed));
  }

  /** Those that are looked up in tables of a folder. */
  static List<Problem> tables(Path folder) throws IOException {
    List<Problem> problems = new ArrayList<>();
    for (String name : TABLES) {
      problems.add(table(name, folder.resolve(name + ".csv")));
    }
    return problems;
  }

  /** Further ones, of the same kinds, that nobody has figures for. */
  static List<Problem> more() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("sphere", new Shape(5.12, SearchProblems::sphere));
    shapes.put("ackley", new Shape(32.768, SearchProblems::ackley));
    shapes.put("levy", new Shape(10, SearchProblems::levy));
    shapes.put("griewank", new Shape(100, SearchProblems::griewank));
    shapes.put("styblinski_tang", new Shape(5, SearchProblems::styblinskiTang));
    shapes.put("rastrigin", new Shape(5.12, SearchProblems::rastrigin));
    List<Problem> problems = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          for (int d : new int[] {2, 4, 8}) {
            problems.add(shifted(name + d, shape, d, false));
          }
          problems.add(shifted(name + "4_log", shape, 4, true));
        });
    for (int i = 1; i <= 3; i++) {
      problems.add(conditional("conditional" + i));
    }
    problems.add(grid("grid4", new int[] {4, 4, 4, 4, 4, 4}));
    problems.add(grid("grid45", new int[] {5, 4, 5, 4, 5, 4}));
    problems.add(grid("grid5", new int[] {5, 5, 5, 5, 5, 5}));
    return problems;
  }

  // Formulas.

  static double branin(double x, double y) {
    double bowl = y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6;
    return bowl * bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  }

  static double hartmann6(double[] x) {
    double sum = 0;
    for (int i = 0; i < ALPHA.length; i++) {
      double distance = 0;
      for (int j = 0; j < x.length; j++) {
        distance += A[i][j] * (x[j] - P[i][j]) * (x[j] - P[i][j]);
      }
      sum -= ALPHA[i] * Math.exp(-distance);
    }
    return sum;
  }

  static double rosenbrock(double[] u) {
    double sum = 0;
    for (int i = 0; i + 1 < u.length; i++) {
      double step = u[i + 1] - u[i] * u[i];
      sum += 100 * step * step + (1 - u[i]) * (1 - u[i]);
    }
    return sum;
  }

  private static SearchSpace mixedSpace() {
    return SearchSpace.builder()
        .add(choice("family", "tree", "linear", "net"))
        .add(real("temperature", 0.5, 8, true))
        .addUnder("family", "tree", whole("depth", 1, 20, false))
        .addUnder("family", "tree", real("eta", 1e-3, 1, true))
        .addUnder("family", "tree", choice("booster", "gbtree", "dart"))
        .addUnder("family", "linear", real("l2", 1e-6, 100, true))
        .addUnder("family", "net", whole("hidden", 4, 256, true))
        .addUnder("family", "net", real("lr", 1e-5, 1, true))
        .addUnder("family", "net", choice("activation", "relu", "tanh", "sigmoid"))
        .build();
  }

  static double mixed(Hyperparameters p) {
    double shared = 0.05 * square(log2(p.real("temperature") / 2));
    return shared
        + switch (p.choice("family")) {
          case "tree" ->
              0.30
                  + 0.002 * square(p.integer("depth") - 11)
                  + 0.1 * square(Math.log10(p.real("eta")) + 1)
                  + (p.choice("booster").equals("dart") ? 0.05 : 0);
          case "linear" -> 0.42 + 0.03 * square(Math.log10(p.real("l2")) + 2);
          default ->
              0.25
                  + 0.04 * square(log2(p.integer("hidden")) - 5.5)
                  + 0.15 * square(Math.log10(p.real("lr")) + 2.5)
                  + switch (p.choice("activation")) {
                    case "relu" -> 0;
                    case "tanh" -> 0.04;
                    default -> 0.12;
                  };
        };
  }

  /** A function with its bounds on either side of 0. */
  private record Shape(double bound, ToDoubleFunction<double[]> function) {}

  static double sphere(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return sum;
  }

  static double ackley(double[] x) {
    double cosines = 0;
    for (double v : x) {
      cosines += Math.cos(2 * Math.PI * v);
    }
    return -20 * Math.exp(-0.2 * Math.sqrt(sphere(x) / x.length))
        - Math.exp(cosines / x.length)
        + 20
        + Math.E;
  }

  static double levy(double[] x) {
    double[] w = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      w[i] = 1 + (x[i] - 1) / 4;
    }
    double last = w[w.length - 1];
    double sum =
        square(Math.sin(Math.PI * w[0]))
            + square(last - 1) * (1 + square(Math.sin(2 * Math.PI * last)));
    for (int i = 0; i + 1 < w.length; i++) {
      sum += square(w[i] - 1) * (1 + 10 * square(Math.sin(Math.PI * w[i] + 1)));
    }
    return sum;
  }

  static double griewank(double[] x) {
    double product = 1;
    for (int i = 0; i < x.length; i++) {
      product *= Math.cos(x[i] / Math.sqrt(i + 1));
    }
    return sphere(x) / 4000 - product + 1;
  }

  static double styblinskiTang(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += (square(square(v)) - 16 * square(v) + 5 * v) / 2;
    }
    return sum;
  }

  static double rastrigin(double[] x) {
    double sum = 10 * x.length;
    for (double v : x) {
      sum += v * v - 10 * Math.cos(2 * Math.PI * v);
    }
    return sum;
  }

  /** The optimum moved out of the middle, where a sampler might look by habit. */
  private static Problem shifted(String name, Shape shape, int dimensions, boolean log) {
    RandomGenerator random = Seeds.random(1, name);
    double[] shift = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      shift[i] = shape.bound * (random.nextDouble() - 0.5) / 2;
    }
    SearchSpace space =
        log
            ? cube(dimensions, 1e-4, 1e2, true)
            : cube(dimensions, -shape.bound, shape.bound, false);
    return new Problem(
        name,
        space,
        p -> {
          double[] x = log ? logs(p) : numbers(p);
          for (int i = 0; i < x.length; i++) {
            x[i] = (log ? (x[i] + 1) / 3 * shape.bound : x[i]) - shift[i];
          }
          return shape.function.applyAsDouble(x);
        });
  }

  /** Three families of one to four parameters, each a bowl whose axes are not the parameters'. */
  private static Problem conditional(String name) {
    RandomGenerator random = Seeds.random(1, name);
    SearchSpace.Builder space = SearchSpace.builder();
    Hyperparameter shared = real("shared", 0.1, 10, true);
    space.add(choice("family", "a", "b", "c")).add(shared);
    Map<String, Bowl> bowls = new HashMap<>();
    for (String family : new String[] {"a", "b", "c"}) {
      List<Hyperparameter> own = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        String parameter = family + i;
        own.add(
            switch (random.nextInt(4)) {
              case 0 -> whole(parameter, 1, 4 + random.nextInt(30), random.nextBoolean());
              case 1 -> real(parameter, -1, 1 + random.nextInt(5), false);
              case 2 -> real(parameter, 1e-5, 1, true);
              default -> choice(parameter, "x", "y", "z");
            });
        space.addUnder("family", family, own.get(i));
      }
      own.add(shared);
      bowls.put(family, Bowl.draw(own, 0.1 * random.nextDouble(), random));
    }
    return new Problem(
        name,
        space.build(),
        p -> {
          Bowl bowl = bowls.get(p.choice("family"));
          return bowl == null ? Double.NaN : bowl.at(p);
        });
  }

  /** A quadratic bowl over parameters on a scale from 0 to 1; options of choices cost at it. */
  private record Bowl(
      List<Hyperparameter> parameters,
      double bottom,
      double[] optimum,
      double[][] factors,
      double[][] costs) {
    static Bowl draw(List<Hyperparameter> parameters, double bottom, RandomGenerator random) {
      int count = parameters.size();
      double[] optimum = new double[count];
      double[][] factors = new double[count][count];
      double[][] costs = new double[count][3];
      for (int i = 0; i < count; i++) {
        optimum[i] = 0.1 + 0.8 * random.nextDouble();
        for (int j = 0; j < count; j++) {
          factors[i][j] = i == j ? 0.5 + random.nextDouble() : 0.4 * random.nextGaussian();
        }
        int free = random.nextInt(3);
        for (int option = 0; option < 3; option++) {
          costs[i][option] = option == free ? 0 : 0.3 * random.nextDouble();
        }
      }
      return new Bowl(parameters, bottom, optimum, factors, costs);
    }

    double at(Hyperparameters p) {
      double[] away = new double[parameters.size()];
      double sum = bottom;
      for (int i = 0; i < away.length; i++) {
        if (parameters.get(i) instanceof Hyperparameter.Choice choice) {
          sum += costs[i][choice.options().indexOf(p.choice(choice.name()))];
        } else {
          away[i] = unit(parameters.get(i), p) - optimum[i];
        }
      }
      for (double[] factor : factors) {
        double along = 0;
        for (int i = 0; i < away.length; i++) {
          along += factor[i] * away[i];
        }
        sum += along * along;
      }
      return sum;
    }
  }

  /** A table as real ones are: smooth but for a little noise of each cell, in steps. */
  private static Problem grid(String name, int[] sizes) {
    RandomGenerator random = Seeds.random(1, name);
    SearchSpace.Builder space = SearchSpace.builder();
    List<Hyperparameter> parameters = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      parameters.add(whole("x" + i, 0, sizes[i] - 1, false));
      space.add(parameters.get(i));
    }
    Bowl bowl = Bowl.draw(parameters, 0.4, random);
    return new Problem(
        name,
        space.build(),
        p -> {
          double noise = 0.02 * Seeds.random(2, name + Arrays.toString(numbers(p))).nextGaussian();
          return Math.rint((bowl.at(p) + noise) * 1000) / 1000;
        });
  }

  /** Each parameter is searched as an index into its sorted values; the last column is the loss. */
  static Problem table(String name, Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    String[] header = lines.get(0).split(",", -1);
    int count = header.length - 1;
    List<TreeSet<Double>> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(new TreeSet<>());
    }
    List<double[]> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      double[] row = Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      if (row.length != header.length) {
        throw new IOException(
            "%s line %s: %s fields, expected %s"
                .formatted(file, rows.size() + 2, row.length, header.length));
      }
      for (int i = 0; i < count; i++) {
        values.get(i).add(row[i]);
      }
      rows.add(row);
    }
    int cells = 1;
    SearchSpace.Builder space = SearchSpace.builder();
    for (int i = 0; i < count; i++) {
      cells *= values.get(i).size();
      space.add(whole(header[i], 0, values.get(i).size() - 1, false));
    }
    Map<List<Integer>, Double> losses = new HashMap<>();
    for (double[] row : rows) {
      List<Integer> key = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        key.add(values.get(i).headSet(row[i]).size());
      }
      losses.put(key, row[count]);
    }
    if (losses.size() != cells) {
      throw new IOException(
          "%s: %s combinations, expected all %s".formatted(file, losses.size(), cells));
    }
    return new Problem(
        name,
        space.build(),
        p -> {
          List<Integer> key = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            key.add(p.integer(header[i]));
          }
          return losses.getOrDefault(key, Double.NaN);
        });
  }

  // Spaces.

  private static SearchSpace cube(int dimensions, double low, double high, boolean log) {
    SearchSpace.Builder space = SearchSpace.builder();
    for (int i = 0; i < dimensions; i++) {
      space.add(real("x" + i, low, high, log));
    }
    return space.build();
  }

  static Hyperparameter real(String name, double low, double high, boolean log) {
    return new Hyperparameter.Real(name, low, high, log, low, "");
  }

  static Hyperparameter whole(String name, int low, int high, boolean log) {
    return new Hyperparameter.Int(name, low, high, log, low, "");
  }

  static Hyperparameter choice(String name, String... options) {
    return new Hyperparameter.Choice(name, List.of(options), options[0], "");
  }

  private static double[] numbers(Hyperparameters p) {
    return p.values().values().stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }

  private static double[] logs(Hyperparameters p) {
    return Arrays.stream(numbers(p)).map(Math::log10).toArray();
  }

  private static double unit(Hyperparameter parameter, Hyperparameters p) {
    if (parameter instanceof Hyperparameter.Int n) {
      return unit(p.integer(n.name()), n.low(), n.high(), n.log());
    }
    Hyperparameter.Real x = (Hyperparameter.Real) parameter;
    return unit(p.real(x.name()), x.low(), x.high(), x.log());
  }

  private static double unit(double value, double low, double high, boolean log) {
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  private static double square(double x) {
    return x * x;
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
