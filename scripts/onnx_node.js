#!/usr/bin/env node
// Scores a CSV with an exported student in Node: npm install onnxruntime-node, then
//   node scripts/onnx_node.js income.onnx rows.csv > predictions.csv
// The CSV has a header and no quoted fields; columns that the model does not take are ignored.
const fs = require('fs');
const ort = require('onnxruntime-node');

async function main(model, csv) {
  const [header, ...rows] = fs.readFileSync(csv, 'utf8').trim().split(/\r?\n/).map(l => l.split(','));
  const session = await ort.InferenceSession.create(model);
  const isText = new Map(session.inputMetadata.map(input => [input.name, input.type === 'string']));
  const feeds = {};
  for (const name of session.inputNames) {
    const column = header.indexOf(name);
    const cells = rows.map(row => (column < 0 ? '' : row[column]));
    const data = isText.get(name) ? cells : Float32Array.from(cells, c => (c === '' ? NaN : Number(c)));
    feeds[name] = new ort.Tensor(isText.get(name) ? 'string' : 'float32', data, [rows.length, 1]);
  }
  const { label, probabilities } = await session.run(feeds);
  const classes = probabilities.dims[1];
  for (let i = 0; i < rows.length; i++) {
    const p = Array.from(probabilities.data.slice(i * classes, (i + 1) * classes));
    console.log([label.data[i], ...p].join(','));
  }
}

main(process.argv[2], process.argv[3]);
