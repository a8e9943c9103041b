package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distill doctor}: whether this machine can do what Distill does. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Checks Java, memory, folders, encoding, class path and plugins, and fits, reads and asks a few"
          + " rows to see that the native libraries work. Takes some seconds.",
      "Exit code 0: all is well or could be better (warn), 1: something does not work (fail).",
      ""
    })
final class DoctorCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "the findings as JSON")
  private boolean json;

  @Mixin private Families families = new Families();

  @Override
  public Integer call() throws JsonProcessingException {
    List<Doctor.Finding> findings =
        new Doctor(families, System.getProperties(), System.getenv()).findings();
    boolean failed = findings.stream().anyMatch(f -> f.level() == Doctor.Level.FAIL);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(findings, failed));
    } else {
      out.print(Doctor.text(findings));
      if (failed) {
        out.println("Something does not work: see the lines that begin with fail.");
      }
    }
    out.flush();
    return failed ? Main.FAILED : Main.OK;
  }

  private static String json(List<Doctor.Finding> findings, boolean failed)
      throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("ok", !failed);
    ArrayNode checks = root.putArray("checks");
    for (Doctor.Finding finding : findings) {
      checks
          .addObject()
          .put("level", finding.level().name().toLowerCase(Locale.ROOT))
          .put("check", finding.check())
          .put("found", finding.found())
          .put("fix", finding.fix());
    }
    return JSON.writeValueAsString(root);
  }
}
