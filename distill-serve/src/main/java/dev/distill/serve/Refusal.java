package dev.distill.serve;

/** Why a request is not answered, in words for who sent it. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status of HTTP
   */
  Refusal(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static Refusal malformed(String message) {
    return new Refusal(400, message);
  }

  int status() {
    return status;
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
