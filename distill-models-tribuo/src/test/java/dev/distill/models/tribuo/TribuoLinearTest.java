package dev.distill.models.tribuo;

class TribuoLinearTest extends DescentTest {
  TribuoLinearTest() {
    super(new TribuoLinear());
  }
}
