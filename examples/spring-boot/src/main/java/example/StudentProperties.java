package example;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code distill.*}.
 *
 * @param folder where the student files are; has to be there when the service starts
 * @param every how long from one look at them to the next
 */
@ConfigurationProperties("distill")
public record StudentProperties(Path folder, @DefaultValue("1s") Duration every) {}
