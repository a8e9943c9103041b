package dev.distill.report.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.distill.runtime.StudentFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run wrote.
 *
 * @param name what the run is called: its folder, as it was given
 * @param result {@code result.json}
 * @param trials the lines of {@code leaderboard.csv}, by the names of its columns; empty where
 *     there is none, as where a trial was picked
 * @param student {@code student.distill}, if it is there
 */
public record RunFolder(
    String name, JsonNode result, List<Map<String, String>> trials, Optional<StudentFile> student) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CsvMapper CSV = new CsvMapper();

  /** Fields of result.json without which there is no page. */
  private static final List<String> NEEDED =
      List.of("verdict", "advice", "action", "student", "hard_twin", "teacher", "comparison");

  /** Copies the lists. */
  public RunFolder {
    trials = List.copyOf(trials);
  }

  /**
   * Reads a folder.
   *
   * @throws IOException if there is no run in it, or a file in it can't be read; the message says
   *     which and what to do
   */
  public static RunFolder read(Path folder) throws IOException {
    JsonNode result = result(folder.resolve("result.json"));
    Path board = folder.resolve("leaderboard.csv");
    Path student = folder.resolve("student.distill");
    return new RunFolder(
        folder.toString(),
        result,
        Files.exists(board) ? trials(board) : List.of(),
        Files.exists(student) ? Optional.of(StudentFile.load(student)) : Optional.empty());
  }

  /** The same without rows of the data. */
  public RunFolder withoutRows() {
    JsonNode copy = result.deepCopy();
    if (copy.path("comparison") instanceof ObjectNode comparison) {
      comparison.putArray("disagreements");
    }
    return new RunFolder(name, copy, trials, student);
  }

  private static JsonNode result(Path file) throws IOException {
    JsonNode result;
    try {
      result = JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IOException(
          file + ": is not there; expected the folder of a finished 'distill run --out DIR'", e);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": is no JSON: " + e.getOriginalMessage(), e);
    }
    for (String field : NEEDED) {
      if (!result.has(field)) {
        throw new IOException(
            "%s: has no field '%s', expected the result.json of a run".formatted(file, field));
      }
    }
    return result;
  }

  private static List<Map<String, String>> trials(Path file) throws IOException {
    CsvSchema header = CsvSchema.emptySchema().withHeader();
    try (MappingIterator<Map<String, String>> lines =
        CSV.readerForMapOf(String.class).with(header).readValues(Files.readString(file))) {
      List<Map<String, String>> trials = new ArrayList<>();
      while (lines.hasNextValue()) {
        trials.add(lines.nextValue());
      }
      return trials;
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": is not UTF-8 text", e);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": is no CSV: " + e.getOriginalMessage(), e);
    }
  }
}
