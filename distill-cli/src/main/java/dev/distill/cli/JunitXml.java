package dev.distill.cli;

import dev.distill.monitor.Gate;
import java.io.StringWriter;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** What a gate found as JUnit XML, which CI servers show: a test case a rule. */
final class JunitXml {
  private JunitXml() {}

  /**
   * The document.
   *
   * @param listing what stands beside the rules, such as the rows that flip
   */
  static String of(Gate.Result result, String listing) {
    long failed = result.checks().stream().filter(check -> !check.passed()).count();
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeCharacters("\n");
      xml.writeStartElement("testsuites");
      counts(xml, result.checks().size(), failed);
      xml.writeCharacters("\n  ");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", "distill check");
      counts(xml, result.checks().size(), failed);
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("skipped", "0");
      xml.writeAttribute("time", "0");
      for (Gate.Check check : result.checks()) {
        xml.writeCharacters("\n    ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "distill.check");
        xml.writeAttribute("name", check.name());
        xml.writeAttribute("time", "0");
        if (!check.passed()) {
          xml.writeStartElement("failure");
          xml.writeAttribute("message", allowed(check.figures()));
          xml.writeAttribute("type", check.name());
          xml.writeCharacters(allowed(check.figures()));
          xml.writeEndElement();
        }
        xml.writeStartElement("system-out");
        xml.writeCharacters(allowed(check.figures()));
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeCharacters("\n    ");
      xml.writeStartElement("system-out");
      xml.writeCharacters(allowed(listing));
      xml.writeEndElement();
      xml.writeCharacters("\n  ");
      xml.writeEndElement();
      xml.writeCharacters("\n");
      xml.writeEndElement();
      xml.writeCharacters("\n");
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a text in memory can be written", e);
    }
    return text.toString();
  }

  private static void counts(XMLStreamWriter xml, int tests, long failed)
      throws XMLStreamException {
    xml.writeAttribute("tests", Integer.toString(tests));
    xml.writeAttribute("failures", Long.toString(failed));
  }

  /** XML 1.0 has no way to write most control characters, nor half of a surrogate pair. */
  private static String allowed(String text) {
    return text.codePoints()
        .mapToObj(
            c ->
                c == '\n'
                        || c == '\t'
                        || (c >= 0x20 && c < 0xd800)
                        || (c >= 0xe000 && c != 0xfffe && c != 0xffff)
                    ? Character.toString(c)
                    : "\ufffd")
        .collect(Collectors.joining());
  }
}
