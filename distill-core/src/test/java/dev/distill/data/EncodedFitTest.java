package dev.distill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.auto.FakeFamily;
import dev.distill.runtime.PortableModel;
import dev.distill.runtime.StandardizedModel;
import dev.distill.runtime.TreeEnsemble;
import dev.distill.spi.Encoding;
import dev.distill.spi.FitCancelledException;
import dev.distill.spi.FitContext;
import dev.distill.spi.FitException;
import dev.distill.spi.FittedStudent;
import dev.distill.spi.Hyperparameters;
import dev.distill.spi.Matrix;
import dev.distill.spi.Seeds;
import dev.distill.spi.StudentModel;
import dev.distill.spi.Targets;
import dev.distill.spi.TaskShape;
import dev.distill.spi.TrainingSet;
import dev.distill.spi.Validation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EncodedFitTest {
  private static final Matrix ROWS =
      Matrix.of(new float[][] {{10, Float.NaN}, {20, 1}, {30, 3}, {10, 1}});
  private static final Matrix OTHERS = Matrix.of(new float[][] {{12, 3}, {Float.NaN, 9}});

  /** A context that keeps shared forms, and says how often they were made. */
  private static final class Context implements FitContext {
    private final Map<Object, AutoCloseable> forms = new HashMap<>();
    private final @Nullable Matrix watched;
    private int reports;
    private boolean cancel;

    Context(@Nullable Matrix watched) {
      this.watched = watched;
    }

    @Override
    public long seed() {
      return 17;
    }

    @Override
    public RandomGenerator random(String purpose) {
      return Seeds.random(17, purpose);
    }

    @Override
    public int threads() {
      return 3;
    }

    @Override
    public Optional<Validation> validation() {
      return Optional.ofNullable(watched)
          .map(
              rows ->
                  new Validation() {
                    @Override
                    public Matrix features() {
                      return rows;
                    }

                    @Override
                    public double loss(float[] logits) {
                      return logits[0];
                    }
                  });
    }

    @Override
    public void report(int step, double loss) {
      reports++;
      if (cancel) {
        throw new FitCancelledException("enough");
      }
    }

    @Override
    public <T extends AutoCloseable> T shared(
        Matrix matrix, Class<T> form, Function<Matrix, T> make) {
      Object key = Map.entry(matrix, form);
      AutoCloseable found = forms.computeIfAbsent(key, k -> make.apply(matrix));
      return form.cast(found);
    }

    void close() throws Exception {
      for (AutoCloseable form : forms.values()) {
        form.close();
      }
    }
  }

  private static TrainingSet training(Matrix rows) {
    float[] soft = new float[rows.rows() * 2];
    for (int i = 0; i < rows.rows(); i++) {
      soft[2 * i] = rows.get(i, 0) > 15 ? .25f : .75f;
      soft[2 * i + 1] = 1 - soft[2 * i];
    }
    return new TrainingSet(rows, 2, new Targets.Soft(soft));
  }

  private static FittedStudent fit(StudentModel family, Matrix rows, FitContext context) {
    Hyperparameters defaults =
        family.searchSpace(new TaskShape(rows.rows(), rows.columns(), 2)).defaults();
    return EncodedFit.fit(family, training(rows), defaults, context);
  }

  @Test
  void as_they_are_rows_context_and_student_are_handed_through() {
    FakeFamily family = FakeFamily.soft("fake");
    Context context = new Context(OTHERS);
    FittedStudent student = fit(family, ROWS, context);
    assertThat(family.fits().get(0).training().features()).isSameAs(ROWS);
    assertThat(family.fits().get(0).context()).isSameAs(context);
    assertThat(student.portable().orElseThrow()).isInstanceOf(TreeEnsemble.class);
    assertThat(context.forms).isEmpty();
  }

  @Test
  void a_family_sees_its_form_of_training_and_validation_rows_alone() {
    FakeFamily binned = FakeFamily.soft("fake").encoding(Encoding.BINNED);
    fit(binned, ROWS, new Context(OTHERS));
    FakeFamily.Fit fit = binned.fits().get(0);
    assertThat(fit.training().features().values()).containsExactly(0, -1, 1, 0, 2, 1, 0, 0);
    assertThat(fit.training().targets()).isInstanceOf(Targets.Soft.class);
    assertThat(fit.context().validation().orElseThrow().features().values())
        .containsExactly(0, 1, -1, 1);
    FakeFamily standardized = FakeFamily.soft("fake").encoding(Encoding.STANDARDIZED);
    fit(standardized, ROWS, new Context(OTHERS));
    fit = standardized.fits().get(0);
    assertThat(fit.training().features().columns()).isEqualTo(3);
    assertThat(fit.training().features().get(0, 2)).isEqualTo(1);
    Matrix watched = fit.context().validation().orElseThrow().features();
    assertThat(watched.get(1, 0)).isZero();
    // Limited to the range of the training rows.
    assertThat(watched.get(1, 1)).isEqualTo(fit.training().features().get(2, 1));
  }

  @Test
  void the_rest_of_the_context_is_handed_through() {
    FakeFamily family = FakeFamily.soft("fake").encoding(Encoding.BINNED);
    Context context = new Context(OTHERS);
    fit(family, ROWS, context);
    FitContext seen = family.fits().get(0).context();
    assertThat(seen.seed()).isEqualTo(17);
    assertThat(seen.threads()).isEqualTo(3);
    assertThat(seen.random("a").nextLong()).isEqualTo(context.random("a").nextLong());
    assertThat(context.reports).isEqualTo(1);
    assertThat(seen.validation().orElseThrow().loss(new float[] {5, 6})).isEqualTo(5);
    FakeFamily alone = FakeFamily.soft("fake").encoding(Encoding.BINNED);
    fit(alone, ROWS, new Context(null));
    assertThat(alone.fits().get(0).context().validation()).isEmpty();
    context.cancel = true;
    assertThatThrownBy(() -> fit(family, ROWS, context)).isInstanceOf(FitCancelledException.class);
  }

  @Test
  void fits_of_the_same_rows_are_given_the_same_objects() {
    for (Encoding encoding : new Encoding[] {Encoding.BINNED, Encoding.STANDARDIZED}) {
      FakeFamily family = FakeFamily.soft("fake").encoding(encoding);
      FakeFamily sibling = FakeFamily.soft("other").encoding(encoding);
      Context context = new Context(OTHERS);
      FittedStudent student = fit(family, ROWS, context);
      student.logits(ROWS, new float[8]);
      fit(family, ROWS, context);
      fit(sibling, ROWS, context);
      Matrix training = family.fits().get(0).training().features();
      Matrix watched = family.fits().get(0).context().validation().orElseThrow().features();
      for (FakeFamily.Fit fit :
          new FakeFamily.Fit[] {family.fits().get(1), sibling.fits().get(0)}) {
        assertThat(fit.training().features()).isSameAs(training);
        assertThat(fit.context().validation().orElseThrow().features()).isSameAs(watched);
      }
      Form form = context.shared(training, Form.class, rows -> new Form());
      assertThat(sibling.fits().get(0).context().shared(training, Form.class, rows -> new Form()))
          .isSameAs(form);
    }
  }

  private static final class Form implements AutoCloseable {
    @Override
    public void close() {}
  }

  @Test
  void each_set_of_training_rows_has_an_encoding_of_its_own() {
    FakeFamily family = FakeFamily.soft("fake").encoding(Encoding.BINNED);
    Context context = new Context(ROWS);
    fit(family, OTHERS, context);
    fit(family, ROWS, context);
    assertThat(family.fits().get(0).context().validation().orElseThrow().features().values())
        .containsExactly(0, -1, 0, 0, 0, 0, 0, 0);
    assertThat(family.fits().get(1).context().validation().orElseThrow().features().values())
        .isEqualTo(family.fits().get(1).training().features().values());
  }

  @Test
  void a_student_scores_rows_as_they_are_also_when_the_sweep_is_over() throws Exception {
    for (Encoding encoding : new Encoding[] {Encoding.BINNED, Encoding.STANDARDIZED}) {
      FakeFamily family = FakeFamily.soft("fake").encoding(encoding).withSteps();
      Context context = new Context(OTHERS);
      FittedStudent student = fit(family, ROWS, context);
      PortableModel portable = student.portable().orElseThrow();
      assertThat(portable.features()).isEqualTo(2);
      for (int sweep = 0; sweep < 2; sweep++) {
        for (Matrix rows : new Matrix[] {ROWS, OTHERS, ROWS.select(new int[] {3, 0})}) {
          float[] expected = new float[rows.rows() * 2];
          portable.logits(rows.values(), rows.rows(), expected);
          float[] actual = new float[expected.length];
          student.logits(rows, actual);
          assertThat(actual).isEqualTo(expected);
        }
        context.close();
      }
      assertThat(student.steps()).isEqualTo(3);
      student.close();
      student.close();
      assertThat(family.open()).isZero();
    }
  }

  @Test
  void a_portable_form_is_one_for_rows_as_they_are_or_there_is_none() {
    FakeFamily standardized = FakeFamily.soft("fake").encoding(Encoding.STANDARDIZED);
    assertThat(fit(standardized, ROWS, new Context(null)).portable().orElseThrow())
        .isInstanceOf(StandardizedModel.class);
    FakeFamily without = FakeFamily.soft("fake").encoding(Encoding.BINNED).withoutPortableForm();
    assertThat(fit(without, ROWS, new Context(null)).portable()).isEmpty();
  }

  @Test
  void what_fails_in_the_family_comes_out_as_it_is() {
    FakeFamily family =
        FakeFamily.soft("fake")
            .encoding(Encoding.STANDARDIZED)
            .before(
                fit -> {
                  throw new FitException("no");
                });
    assertThatExceptionOfType(FitException.class)
        .isThrownBy(() -> fit(family, ROWS, new Context(null)))
        .withMessage("no");
    FittedStudent student =
        fit(FakeFamily.soft("fake").encoding(Encoding.BINNED), ROWS, new Context(null));
    assertThatThrownBy(() -> student.logits(Matrix.of(new float[][] {{1}}), new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("got Matrix[1 × 1], expected 2 columns");
  }
}
