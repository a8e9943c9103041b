package example;

import dev.distill.runtime.Prediction;
import java.util.Map;
import java.util.NoSuchElementException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /score/NAME} with a row as a JSON object. */
@RestController
class ScoreController {
  private final Scorer scorer;

  ScoreController(Scorer scorer) {
    this.scorer = scorer;
  }

  @PostMapping("/score/{student}")
  Prediction score(@PathVariable("student") String student, @RequestBody Map<String, Object> row) {
    return scorer.score(student, row);
  }

  @ExceptionHandler
  @ResponseStatus(HttpStatus.NOT_FOUND)
  Map<String, String> missing(NoSuchElementException e) {
    return Map.of("error", e.getMessage());
  }

  @ExceptionHandler
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  Map<String, String> wrong(IllegalArgumentException e) {
    return Map.of("error", e.getMessage());
  }
}
