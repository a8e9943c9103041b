package dev.distill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassOrderTest {
  private static final ClassOrder THREE =
      new ClassOrder("m", List.of("3", "1", "2"), List.of("1.0", "2.0", "3.0"));

  @Test
  void puts_each_class_in_its_place() {
    double[] all = new double[6];
    THREE.put(new double[] {.5, .2, .3}, all, 1);
    assertThat(all).containsExactly(0, 0, 0, .2, .3, .5);
    assertThat(THREE.size()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.5,0.2,NaN      | m: answered class '2.0' of row 1 with NaN, allowed 0 to 1",
        "-0.1,0.6,0.5     | m: answered class '3.0' of row 1 with -0.1, allowed 0 to 1",
        "Infinity,0,0     | m: answered class '3.0' of row 1 with Infinity, allowed 0 to 1",
        "0.5,0.2,0.2      | m: answered row 1 with numbers that sum to 0.9, expected probabilities",
        "0.5,0.5          | m: answered row 1 with 2 numbers, expected one for each of 3 classes",
      })
  void names_the_row_of_what_are_no_probabilities(String numbers, String message) {
    double[] answer = List.of(numbers.split(",")).stream().mapToDouble(Double::valueOf).toArray();
    assertThatThrownBy(() -> THREE.put(answer, new double[3], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a,c   | its class 'c' is no class of the data, expected each of 'a', 'b' once",
        "a     | it does not know the data's class 'b', its classes are 'a'",
        "b,a,b | its class 'b' is a second one for 'b' of the data",
      })
  void names_the_class_that_is_not_there(String own, String message) {
    assertThatThrownBy(() -> new ClassOrder("m", List.of(own.split(",")), List.of("a", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("m: " + message);
  }
}
