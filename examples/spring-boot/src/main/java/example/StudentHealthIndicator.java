package example;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * {@code student} in {@code /actuator/health}: down when there is none to score with. A broken file
 * is a detail, for the student before it answers: alert on it, but leave the service in rotation.
 */
@Component
class StudentHealthIndicator implements HealthIndicator {
  private final Scorer scorer;

  StudentHealthIndicator(Scorer scorer) {
    this.scorer = scorer;
  }

  @Override
  public Health health() {
    Health.Builder health = scorer.students().isEmpty() ? Health.down() : Health.up();
    health.withDetail("students", scorer.students());
    scorer.problem().ifPresent(problem -> health.withDetail("problem", problem));
    return health.build();
  }
}
