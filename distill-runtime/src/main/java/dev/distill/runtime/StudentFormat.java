package dev.distill.runtime;

import dev.distill.runtime.Schema.CategoryColumn;
import dev.distill.runtime.Schema.Coding;
import dev.distill.runtime.Schema.Column;
import dev.distill.runtime.Schema.NumberColumn;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** The bytes of a student file; see docs/student-file.md for every field. */
final class StudentFormat {
  /** What is written; the one before it ended with a SHA-256 and is read too. */
  static final int VERSION = 2;

  // As in PNG: not ASCII, a line end of either kind, and the end of a text under DOS, so that a
  // copy
  // made in text mode does not pass.
  private static final byte[] MAGIC = {(byte) 0x89, 'D', 'S', 'T', 'L', '\r', '\n', 0x1a};
  private static final int VERSION_AT = 8;
  private static final int LENGTH_AT = 12;
  static final int HEADER = 20;
  private static final int SUM = 4;

  private static final int REQUIRED = 1;
  private static final String SCHEMA = "SCHM";
  private static final String MODEL = "MODL";
  private static final String OUTPUT = "OUTP";
  private static final String VERIFICATION = "VRFY";
  private static final String PROVENANCE = "PROV";
  private static final String PROFILE = "PROF";
  private static final String COVERS = "COVR";

  private static final Map<String, String> KNOWN =
      Map.of(
          SCHEMA, "schema",
          MODEL, "model",
          OUTPUT, "output",
          VERIFICATION, "verification",
          PROVENANCE, "provenance",
          PROFILE, "profile",
          COVERS, "covers");

  private static final int NUMBER = 0;
  private static final int INDICATORS = 1;
  private static final int FREQUENCY_RANK = 2;

  private StudentFormat() {}

  // ---- writing ----

  static byte[] encode(StudentFile student) {
    Output out = new Output();
    out.bytes(MAGIC);
    out.i32(VERSION);
    out.i64(0);
    int at = begin(out, SCHEMA, REQUIRED);
    schema(student.schema(), out);
    end(out, at);
    at = begin(out, MODEL, REQUIRED);
    ModelFormat.write(student.model(), out);
    end(out, at);
    at = begin(out, OUTPUT, REQUIRED);
    output(student, out);
    end(out, at);
    at = begin(out, VERIFICATION, 0);
    verification(student, out);
    end(out, at);
    at = begin(out, PROVENANCE, 0);
    provenance(student, out);
    end(out, at);
    Profile profile = student.profile().orElse(null);
    if (profile != null) {
      at = begin(out, PROFILE, 0);
      profile.write(out);
      end(out, at);
    }
    int[] covers = student.covers();
    if (covers != null) {
      at = begin(out, COVERS, 0);
      for (int cover : covers) {
        out.count(cover);
      }
      end(out, at);
    }
    out.i64At(LENGTH_AT, out.position() + (long) SUM);
    byte[] body = out.toBytes();
    out.i32(crc(body, body.length));
    return out.toBytes();
  }

  /** Begins a section; gives where its length is to stand. */
  private static int begin(Output out, String tag, int flags) {
    out.bytes(tag.getBytes(StandardCharsets.US_ASCII));
    out.i32(flags);
    out.i32(0);
    return out.position() - 4;
  }

  private static void end(Output out, int at) {
    out.i32At(at, out.position() - at - 4);
  }

  private static void schema(Schema schema, Output out) {
    out.count(schema.columns().size());
    for (Column column : schema.columns()) {
      if (column instanceof CategoryColumn category) {
        out.u8(category.coding() == Coding.INDICATORS ? INDICATORS : FREQUENCY_RANK);
        out.text(category.name());
        out.count(category.levels().size());
        for (String level : category.levels()) {
          out.text(level);
        }
      } else {
        out.u8(NUMBER);
        out.text(column.name());
      }
    }
  }

  private static void output(StudentFile student, Output out) {
    out.text(student.label());
    out.f64(student.temperature());
    out.count(student.classes().size());
    for (String name : student.classes()) {
      out.text(name);
    }
  }

  private static void verification(StudentFile student, Output out) {
    out.count(student.verificationRows());
    for (float value : student.verification) {
      out.f32(value);
    }
    for (double value : student.expected) {
      out.f64(value);
    }
  }

  private static void provenance(StudentFile student, Output out) {
    out.count(student.provenance().size());
    for (Map.Entry<String, String> entry : student.provenance().entrySet()) {
      out.text(entry.getKey());
      out.text(entry.getValue());
    }
  }

  // ---- reading ----

  /** Opens a file; those of the disk without the channels of java.nio, which take long to load. */
  static InputStream open(Path path) throws IOException {
    return path.getFileSystem() == FileSystems.getDefault()
        ? new FileInputStream(path.toFile())
        : Files.newInputStream(path);
  }

  /** Reads a stream to the length that its header gives; {@code size} is a hint. */
  static byte[] read(InputStream in, long size, String source) throws IOException {
    byte[] header = in.readNBytes(HEADER);
    long length = length(header, source);
    // Not more than is there, whatever the header says.
    int capacity = (int) Math.min(length, Math.max(size, 1 << 16));
    byte[] bytes = Arrays.copyOf(header, capacity);
    int at = HEADER;
    while (true) {
      if (at == bytes.length) {
        int next = in.read();
        if (next < 0) {
          return bytes;
        }
        // One byte more than the header says is kept too, to be refused.
        bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(length, at + 1L), 2L * at));
        bytes[at++] = (byte) next;
        if (at > length) {
          return bytes;
        }
      }
      int read = in.read(bytes, at, Math.min(1 << 16, bytes.length - at));
      if (read < 0) {
        return Arrays.copyOf(bytes, at);
      }
      at += read;
    }
  }

  /** Checks a header, whole or not, and returns the length of the file that it gives. */
  private static long length(byte[] bytes, String source) throws StudentFileException {
    if (bytes.length == 0) {
      throw new StudentFileException(source + ": empty, expected a student file");
    }
    int prefix = Math.min(bytes.length, MAGIC.length);
    if (!Arrays.equals(bytes, 0, prefix, MAGIC, 0, prefix)) {
      throw new StudentFileException(source + ": not a student file");
    }
    if (bytes.length >= VERSION_AT + 4) {
      int version = Input.i32(bytes, VERSION_AT);
      if (version < 1 || version > VERSION) {
        throw new StudentFileException(
            version == 0
                ? source + ": corrupt: format 0"
                : "%s: written by a newer version: format %s, this reader knows %d"
                    .formatted(source, Integer.toUnsignedString(version), VERSION));
      }
    }
    if (bytes.length < HEADER) {
      throw new StudentFileException("%s: cut off at byte %d".formatted(source, bytes.length));
    }
    long length = Input.i64(bytes, LENGTH_AT);
    if (length < HEADER + SUM || length > Integer.MAX_VALUE - 8) {
      throw new StudentFileException(
          "%s: corrupt: a length of %s bytes".formatted(source, Long.toUnsignedString(length)));
    }
    return length;
  }

  static StudentFile decode(byte[] bytes, String source) throws StudentFileException {
    long length = length(bytes, source);
    if (bytes.length < length) {
      throw new StudentFileException(
          "%s: cut off at byte %d of %d".formatted(source, bytes.length, length));
    }
    if (bytes.length > length) {
      throw new StudentFileException(
          "%s: goes on after its end at byte %d".formatted(source, length));
    }
    boolean first = Input.i32(bytes, VERSION_AT) == 1;
    int body = bytes.length - (first ? SlowPaths.SUM : SUM);
    if (first ? !SlowPaths.endsWithSum(bytes) : crc(bytes, body) != Input.i32(bytes, body)) {
      throw new StudentFileException(source + ": corrupt: checksum differs");
    }
    return sections(new Input(source, bytes, HEADER, body));
  }

  private static StudentFile sections(Input in) throws StudentFileException {
    Map<String, Input> parts = new HashMap<>();
    while (in.remaining() > 0) {
      String tag = tag(in.i32());
      int flags = in.i32();
      int size = in.i32();
      if ((flags & ~REQUIRED) != 0) {
        throw in.corrupt("%s has flags 0x%x".formatted(tag, flags));
      }
      if (!KNOWN.containsKey(tag) && flags == REQUIRED) {
        throw in.refused(
            "written by a newer version: it needs section %s, which this reader does not know"
                .formatted(tag));
      }
      Input part = in.part(KNOWN.getOrDefault(tag, tag), size);
      if (KNOWN.containsKey(tag) && parts.put(tag, part) != null) {
        throw in.corrupt(tag + " stands twice");
      }
    }
    // Whatever the classes that are made here refuse, is corrupt in the part read last. (No
    // lambdas:
    // the first one of a process takes longer than all the rest.)
    Input part = part(parts, SCHEMA, in);
    try {
      Schema schema = schema(part);
      part.end();
      part = part(parts, MODEL, in);
      PortableModel model = ModelFormat.read(part, schema.features());
      part.end();
      part = part(parts, PROVENANCE, in);
      Map<String, String> provenance = provenance(part);
      part.end();
      Input verification = part(parts, VERIFICATION, in);
      part = verification;
      float[] rows = rows(part, model);
      Profile profile = null;
      if (parts.get(PROFILE) != null) {
        part = part(parts, PROFILE, in);
        profile = Profile.read(part, schema, model.classes());
        part.end();
      }
      int[] covers = null;
      if (parts.get(COVERS) != null) {
        part = part(parts, COVERS, in);
        covers = covers(part, model);
        part.end();
      }
      part = part(parts, OUTPUT, in);
      String label = part.text();
      double temperature = part.f64();
      List<String> classes = part.texts("classes");
      part.end();
      StudentFile student =
          new StudentFile(
              schema, model, classes, label, temperature, rows, provenance, profile, covers);
      verify(verification, student);
      return student;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw part.corrupt(String.valueOf(e.getMessage()), e);
    }
  }

  private static int[] covers(Input in, PortableModel model) throws StudentFileException {
    TreeEnsemble trees = StudentFile.trees(model);
    return in.counts((trees.nodes() + trees.trees()) / 2);
  }

  private static String tag(int bits) {
    StringBuilder tag = new StringBuilder();
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      char c = (char) (bits >>> shift & 0xff);
      tag.append(c > ' ' && c < 0x7f ? c : '?');
    }
    return tag.toString();
  }

  private static Input part(Map<String, Input> parts, String tag, Input in)
      throws StudentFileException {
    Input part = parts.get(tag);
    if (part == null) {
      throw in.corrupt("no " + tag);
    }
    return part;
  }

  private static Schema schema(Input in) throws StudentFileException {
    int count = in.count(2, "columns");
    List<Column> columns = new ArrayList<>(count);
    for (int c = 0; c < count; c++) {
      int kind = in.u8();
      String name = in.text();
      columns.add(
          switch (kind) {
            case NUMBER -> new NumberColumn(name);
            case INDICATORS -> new CategoryColumn(name, Coding.INDICATORS, in.texts("levels"));
            case FREQUENCY_RANK ->
                new CategoryColumn(name, Coding.FREQUENCY_RANK, in.texts("levels"));
            default -> throw in.corrupt("column '%s' of kind %d".formatted(name, kind));
          });
    }
    return new Schema(columns);
  }

  private static Map<String, String> provenance(Input in) throws StudentFileException {
    int count = in.count(2, "entries");
    Map<String, String> provenance = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String key = in.text();
      if (provenance.put(key, in.text()) != null) {
        throw in.corrupt("'%s' stands twice".formatted(key));
      }
    }
    return provenance;
  }

  private static float[] rows(Input in, PortableModel model) throws StudentFileException {
    int count = in.count();
    in.need(count, 4L * model.features() + 8L * model.classes(), "verification rows");
    return in.floats((long) count * model.features(), "values");
  }

  private static void verify(Input in, StudentFile student) throws StudentFileException {
    int classes = student.classes().size();
    for (int i = 0; i < student.expected.length; i++) {
      double expected = in.f64();
      if (Double.compare(expected, student.expected[i]) != 0) {
        throw in.corrupt(
            "row %d, class '%s': expected %s, but it scores %s"
                .formatted(
                    i / classes,
                    student.classes().get(i % classes),
                    expected,
                    student.expected[i]));
      }
    }
    in.end();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
