/** ONNX models as teachers, students as ONNX models. */
module dev.distill.onnx {
  requires com.google.protobuf;
  requires com.microsoft.onnxruntime;
  requires org.tribuo.util.onnx;
  requires transitive dev.distill.core;
  requires static org.jspecify;

  provides dev.distill.spi.StudentExporter with
      dev.distill.onnx.OnnxExporter;
  provides dev.distill.spi.TeacherProvider with
      dev.distill.onnx.OnnxTeachers;

  exports dev.distill.onnx;
}
