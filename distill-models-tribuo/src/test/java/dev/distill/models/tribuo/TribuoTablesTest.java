package dev.distill.models.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.distill.spi.Table;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class TribuoTablesTest {

  private static MutableDataset<Label> dataset() {
    LabelFactory labels = new LabelFactory();
    MutableDataset<Label> examples =
        new MutableDataset<>(new SimpleDataSourceProvenance("test", labels), labels);
    examples.add(
        new ArrayExample<>(new Label("yes"), new String[] {"b", "a"}, new double[] {2, 1}));
    examples.add(new ArrayExample<>(new Label("no"), new String[] {"c"}, new double[] {0.5}));
    return examples;
  }

  @Test
  void features_become_columns_and_absent_ones_zero() {
    Table table = TribuoTables.of("examples", dataset(), "answer");
    assertThat(table.columns())
        .extracting(Table.Column::name)
        .containsExactly("a", "b", "c", "answer");
    assertThat(((Table.Numbers) table.column("a")).values()).containsExactly(1, 0);
    assertThat(((Table.Numbers) table.column("b")).values()).containsExactly(2, 0);
    assertThat(((Table.Numbers) table.column("c")).values()).containsExactly(0, 0.5);
    assertThat(table.column("answer").text(0)).isEqualTo("yes");
    assertThat(table.column("answer").text(1)).isEqualTo("no");
  }

  @Test
  void a_feature_may_not_be_called_as_the_label() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TribuoTables.of("examples", dataset(), "a"))
        .withMessageContaining("column 'a' stands twice");
  }
}
