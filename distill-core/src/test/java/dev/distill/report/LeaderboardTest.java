package dev.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.auto.StudentCatalog;
import dev.distill.auto.TrialOutcome;
import dev.distill.auto.TrialSpec;
import dev.distill.spi.FitException;
import dev.distill.spi.Hyperparameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaderboardTest {
  private static final String HEADER =
      "search,trial,family,temperature,alpha,source,augment,loss,standard_error,kl,log_loss,accuracy,"
          + "calibration_temperature,steps,seconds,state,counted_row_ns,bytes,front,"
          + "hyperparameters,failure\n";

  private static TrialSpec spec(String search, int number) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("depth", 3);
    values.put("rate", 0.5);
    return new TrialSpec(
        search,
        TrialSpec.Kind.STUDENT,
        number,
        "a.b",
        2,
        0.7,
        "given",
        0,
        new Hyperparameters(values),
        "t",
        1);
  }

  private static TrialOutcome good(String search, int number, double loss) {
    return new TrialOutcome(
        spec(search, number), loss, 0.05, 0.1, 0.2, 0.9, 1.5, 12, 0.25, null, false, null);
  }

  @Test
  void without_trials_is_a_header() {
    assertThat(Leaderboard.csv(List.of(), List.of(), List.of())).isEqualTo(HEADER);
  }

  @Test
  void has_a_line_a_trial() {
    assertThat(Leaderboard.csv(List.of(good("student", 4, 0.3)), List.of(), List.of()))
        .isEqualTo(
            HEADER
                + "\"student\",4,\"a.b\",2.0,0.7,given,0,0.3,0.05,0.1,0.2,0.9,1.5,12,0.25,complete,,,,"
                + "\"depth=3 rate=0.5\",\n");
  }

  @Test
  void says_what_a_student_costs_and_whether_it_is_on_the_front() {
    TrialOutcome costed =
        new TrialOutcome(
            spec("student", 4),
            0.3,
            0.05,
            0.1,
            0.2,
            0.9,
            1.5,
            12,
            0.25,
            new TrialOutcome.Cost(12.5, 900),
            false,
            null);
    assertThat(Leaderboard.csv(List.of(costed), List.of(costed), List.of()))
        .contains(",complete,12.5,900,yes,\"depth=3");
    assertThat(Leaderboard.csv(List.of(costed), List.of(), List.of()))
        .contains(",complete,12.5,900,,\"depth=3");
  }

  @Test
  void the_best_come_first_and_failed_ones_last() {
    List<String> lines =
        Leaderboard.csv(
                List.of(
                    TrialOutcome.failed(spec("student", 0), 1, new FitException("no")),
                    good("twin", 1, 0.2),
                    good("student", 3, 0.3),
                    good("student", 2, 0.2),
                    good("student", 1, 0.2),
                    good("student", 5, -0.1)),
                List.of(),
                List.of())
            .lines()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(",\"a.b\"")))
            .toList();
    assertThat(lines)
        .containsExactly(
            "\"student\",5",
            "\"student\",1",
            "\"student\",2",
            "\"twin\",1",
            "\"student\",3",
            "\"student\",0");
  }

  @Test
  void a_failed_trial_has_its_cause_and_no_figures() {
    String csv =
        Leaderboard.csv(
            List.of(
                TrialOutcome.failed(
                    spec("student", 0), 0.5, new FitException("got \"x\", expected\ny"))),
            List.of(),
            List.of());
    assertThat(csv)
        .isEqualTo(
            HEADER
                + "\"student\",0,\"a.b\",2.0,0.7,given,0,,,,,,,,0.5,failed,,,,\"depth=3 rate=0.5\","
                + "\"dev.distill.spi.FitException: got \"\"x\"\", expected\ny\"\n");
  }

  @Test
  void a_family_that_could_not_be_used_is_named_last() {
    String csv =
        Leaderboard.csv(
            List.of(TrialOutcome.failed(spec("student", 0), 1, new FitException("no"))),
            List.of(),
            List.of(new StudentCatalog.Problem("plug.Bad", "plug.Bad can't be used: \"no\"")));
    List<String> lines = csv.lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(2))
        .isEqualTo("\"-\",,\"plug.Bad\",,,,,,,,,,,,,,,,,,\"plug.Bad can't be used: \"\"no\"\"\"");
    assertThat(lines.get(2).chars().filter(c -> c == ',').count())
        .isEqualTo(HEADER.chars().filter(c -> c == ',').count());
  }

  @Test
  void has_the_same_digits_in_every_locale() {
    Locale before = Locale.getDefault();
    String csv = Leaderboard.csv(List.of(good("student", 4, 0.3)), List.of(), List.of());
    for (String tag : List.of("de-DE", "ar-EG-u-nu-arab")) {
      Locale.setDefault(Locale.forLanguageTag(tag));
      try {
        assertThat(Leaderboard.csv(List.of(good("student", 4, 0.3)), List.of(), List.of()))
            .isEqualTo(csv);
      } finally {
        Locale.setDefault(before);
      }
    }
  }
}
