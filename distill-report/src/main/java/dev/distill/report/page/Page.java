package dev.distill.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * A template, its data, the style and the scripts as one HTML file that asks no network for
 * anything. A Content-Security-Policy in it lets nothing run but these scripts, by their hashes, so
 * whatever text the data hold stays text.
 */
final class Page {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Page() {}

  /**
   * The page.
   *
   * @param template name of a Mustache template beside this class; what it puts in is escaped
   * @param texts what the template puts in
   * @param data what the scripts draw
   */
  static String of(String template, Map<String, Object> texts, JsonNode data) {
    String style = resource("page.css");
    String library = library();
    String script = resource("charts.js") + resource(template + ".js");
    Map<String, Object> all = new HashMap<>(texts);
    all.put("style", style);
    all.put("library", library);
    all.put("script", script);
    all.put("data", island(data));
    all.put(
        "policy",
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '%s';"
                .formatted(hash(style))
            + " script-src '%s' '%s'".formatted(hash(library), hash(script)));
    return Mustache.compiler()
        .withLoader(name -> new StringReader(resource(name + ".mustache")))
        .nullValue("")
        .emptyStringIsFalse(true)
        .compile(resource(template + ".mustache"))
        .execute(all);
  }

  /** JSON that a script element can hold: no character in it can end the element or a line. */
  static String island(JsonNode data) {
    try {
      return JSON.writeValueAsString(data)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026")
          .replace("\u2028", "\\u2028")
          .replace("\u2029", "\\u2029");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of d3, out of its WebJar, whatever its version. */
  private static String library() {
    Properties pom = new Properties();
    try (InputStream in = open("/META-INF/maven/org.webjars.npm/d3/pom.properties")) {
      pom.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return resource(
        "/META-INF/resources/webjars/d3/%s/dist/d3.min.js".formatted(pom.getProperty("version")));
  }

  private static String resource(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    // What is in another module is found by its loader alone.
    InputStream in =
        name.startsWith("/")
            ? Page.class.getClassLoader().getResourceAsStream(name.substring(1))
            : Page.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException(name + " is not on the class path; is the WebJar d3 there?");
    }
    return in;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
