package dev.distill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.auto.Tolerance;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class QuantityTest {

  @Test
  void times_have_units() {
    assertThat(new Quantity.Time().convert("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(new Quantity.Time().convert("1.5 h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(new Quantity.Time().convert("7")).isEqualTo(Duration.ofSeconds(7));
    assertThat(new Quantity.Nanos().convert("2us")).isEqualTo(2_000);
    assertThat(new Quantity.Nanos().convert("0.5µs")).isEqualTo(500);
  }

  @Test
  void sizes_have_units() {
    assertThat(new Quantity.Bytes().convert("800")).isEqualTo(800);
    assertThat(new Quantity.Bytes().convert("50kB")).isEqualTo(50_000);
    assertThat(new Quantity.Bytes().convert("1.5 MiB")).isEqualTo(1_572_864);
  }

  @Test
  void a_selection_is_by_loss_or_by_size_within_a_tolerance() {
    Quantity.Selection selection = new Quantity.Selection();
    assertThat(selection.convert("loss")).isEqualTo(Tolerance.NONE);
    assertThat(selection.convert("smallest within 1%")).isEqualTo(Tolerance.within(0.01));
    assertThat(selection.convert("Smallest within 2.5 % of best"))
        .isEqualTo(Tolerance.within(0.025));
    for (String rule : new String[] {"one standard error", "Smallest within one  Standard error"}) {
      assertThat(selection.convert(rule)).isEqualTo(Tolerance.ONE_STANDARD_ERROR);
    }
    for (String wrong : new String[] {"", "smallest", "smallest within 1", "within 1%"}) {
      assertThatThrownBy(() -> selection.convert(wrong))
          .isInstanceOf(TypeConversionException.class)
          .hasMessage(
              "expected 'loss', 'smallest within 1%' or 'one standard error', got '" + wrong + "'");
    }
  }

  @Test
  void what_is_no_quantity_is_named_with_an_example() {
    for (String wrong : new String[] {"", "s", "-1s", "5 parsecs", "1e3ns", "2,5us"}) {
      assertThatThrownBy(() -> new Quantity.Nanos().convert(wrong))
          .isInstanceOf(TypeConversionException.class)
          .hasMessage("expected a time such as 500ns, 2us or 1ms, got '" + wrong + "'");
    }
  }
}
