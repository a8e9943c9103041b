package dev.distill.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.monitor.ColumnDrift;
import dev.distill.monitor.Gate;
import dev.distill.monitor.Report;
import dev.distill.monitor.State;
import java.io.IOException;
import java.util.Locale;

/** What monitor and check found, as JSON: the records by their names; what is no number is null. */
final class ReportJson {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(new Names())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .registerModule(
              new SimpleModule()
                  .addSerializer(Double.class, new Finite())
                  .addSerializer(Double.TYPE, new Finite())
                  .addSerializer(State.class, new Word<State>())
                  .addSerializer(ColumnDrift.Kind.class, new Word<ColumnDrift.Kind>()));

  private ReportJson() {}

  static String of(Report report, String student) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("student", student);
    root.set("state", JSON.valueToTree(report.state()));
    root.set("findings", JSON.valueToTree(report.findings()));
    root.setAll((ObjectNode) JSON.valueToTree(report));
    return JSON.writeValueAsString(root) + "\n";
  }

  static String of(Gate.Result result, String baseline, String candidate)
      throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("baseline", baseline);
    root.put("candidate", candidate);
    root.put("passed", result.passed());
    root.setAll((ObjectNode) JSON.valueToTree(result));
    return JSON.writeValueAsString(root) + "\n";
  }

  /** Snake case, in which a p-value is {@code p_value} wherever it stands. */
  private static final class Names extends PropertyNamingStrategies.SnakeCaseStrategy {
    private static final long serialVersionUID = 1;

    @Override
    public String translate(String input) {
      return super.translate(input.replaceFirst("(?<=.)PValue$", "_p_value"));
    }
  }

  private static final class Finite extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        out.writeNumber(value);
      } else {
        out.writeNull();
      }
    }
  }

  private static final class Word<E extends Enum<E>> extends JsonSerializer<E> {
    @Override
    public void serialize(E value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.name().toLowerCase(Locale.ROOT));
    }
  }
}
