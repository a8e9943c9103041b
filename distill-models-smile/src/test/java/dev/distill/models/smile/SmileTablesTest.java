package dev.distill.models.smile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Table;
import org.junit.jupiter.api.Test;
import smile.data.DataFrame;
import smile.data.measure.NominalScale;
import smile.data.type.DataTypes;
import smile.data.type.StructField;
import smile.data.vector.BooleanVector;
import smile.data.vector.ByteVector;
import smile.data.vector.DoubleVector;
import smile.data.vector.IntVector;
import smile.data.vector.StringVector;
import smile.data.vector.Vector;

class SmileTablesTest {

  @Test
  void numbers_levels_and_texts_come_over() {
    NominalScale scale = new NominalScale("red", "blue");
    DataFrame frame =
        DataFrame.of(
            DoubleVector.of("size", new double[] {1.5, Double.NaN}),
            IntVector.of("count", new int[] {3, 4}),
            ByteVector.of(new StructField("colour", DataTypes.ByteType, scale), new byte[] {1, 0}),
            StringVector.of("city", "Bern", null),
            BooleanVector.of("sold", new boolean[] {true, false}),
            Vector.of("age", DataTypes.IntegerObjectType, new Integer[] {null, 7}));
    Table table = SmileTables.of("frame", frame);
    assertThat(((Table.Numbers) table.column("size")).values()).containsExactly(1.5, Double.NaN);
    assertThat(((Table.Numbers) table.column("count")).values()).containsExactly(3, 4);
    assertThat(((Table.Numbers) table.column("age")).values()).containsExactly(Double.NaN, 7);
    assertThat(table.column("colour").text(0)).isEqualTo("blue");
    assertThat(table.column("colour").text(1)).isEqualTo("red");
    assertThat(table.column("city").text(0)).isEqualTo("Bern");
    assertThat(table.column("city").text(1)).isNull();
    assertThat(table.column("sold").text(0)).isEqualTo("true");
  }

  @Test
  void arrays_are_refused() {
    DataFrame frame =
        DataFrame.of(
            Vector.of("pixels", DataTypes.array(DataTypes.DoubleType), new double[][] {{1}, {2}}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmileTables.of("frame", frame))
        .withMessageContaining("frame: column 'pixels' is double[]")
        .withMessageContaining("expected numbers, texts or booleans");
  }
}
