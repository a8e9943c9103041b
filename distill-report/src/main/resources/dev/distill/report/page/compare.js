// The charts of compare.html.

const KEYS = { teacher: "teacher", student: "student", twin: "hard_twin" };

function dots(id, field, models, label, zero) {
  const runs = DATA.runs;
  const value = (run, m) => run[KEYS[m]][field];
  chart(id, {
    legend: modelLegend(models),
    label: `${label} of ${runs.length} runs`,
    height: 30 + runs.length * 42 + 46,
    head: ["Run", ...models.map((m) => NAMES[m])],
    rows: () => runs.map((run) => [run.name, ...models.map((m) => nats(value(run, m)))]),
    draw(svg, width, height) {
      const area = { left: 4, right: width - 12, top: 20, bottom: height - 46 };
      const all = runs.flatMap((run) => models.map((m) => value(run, m)));
      const pad = (d3.max(all) - d3.min(all)) * 0.08 || 1e-3;
      const x = d3.scaleLinear([zero ? 0 : d3.min(all) - pad, d3.max(all) + pad], [area.left + 8, area.right - 8]);
      const y = d3.scaleBand(d3.range(runs.length), [area.top, area.bottom]);
      axes(svg, area, x, y, { xLabel: label + " →", yFormat: () => "" });
      const row = svg.append("g").selectAll("g").data(runs).join("g").attr("transform", (r, i) => `translate(0,${y(i) + 12})`);
      nameText(row.append("text").attr("x", 4), Math.floor(width / 9), (r) => r.name);
      row.append("line").attr("class", "rule").attr("y1", 14).attr("y2", 14)
        .attr("x1", (r) => x(d3.min(models, (m) => value(r, m)))).attr("x2", (r) => x(d3.max(models, (m) => value(r, m))));
      for (const m of models) {
        tells(
          row.append("path").attr("class", "mark " + m).attr("d", symbol(m, 90)).attr("transform", (r) => `translate(${x(value(r, m))},14)`),
          (r) => `${r.name}\n${NAMES[m]}: ${nats(value(r, m))}`);
      }
    },
  });
}

dots("kl", "kl", ["student", "twin"], "KL to the teacher, nats a row", true);
dots("loss", "log_loss", ["teacher", "student", "twin"], "log loss, nats a row", false);
document.documentElement.dataset.drawn = "yes";
