// The charts of report.html.

const RESULT = DATA.result;
const COMPARISON = RESULT.comparison;
const CLASSES = RESULT.data.classes;
const KEYS = { teacher: "teacher", student: "student", twin: "hard_twin" };

const TRIALS = DATA.trials.rows.map((row) => {
  const trial = {};
  DATA.trials.fields.forEach((field, i) => (trial[field] = row[i]));
  trial.family = DATA.trials.families[trial.family];
  trial.search = DATA.trials.searches[trial.search];
  trial.key = trial.search + " " + trial.trial;
  return trial;
});
const COMPLETE = TRIALS.filter((t) => t.state === "complete" && t.loss !== null);
const isDelivered = (t) => t.search === RESULT.student.search && t.trial === RESULT.student.trial;

/** Losses of interest: of the rest it is enough to know that they are above. */
function ceiling(values) {
  const sorted = Float64Array.from(values).sort();
  const low = sorted[0];
  const middle = d3.quantileSorted(sorted, 0.5);
  return Math.min(sorted[sorted.length - 1], Math.max(d3.quantileSorted(sorted, 0.75), low + 4 * (middle - low), low * 1.02 + 1e-6));
}

function tellTrial(t) {
  return (
    `${t.family}, trial ${t.trial} of ${t.search}\n` +
    `loss ${nats(t.loss)} · KL ${nats(t.kl)} · log loss ${nats(t.log_loss)} · accuracy ${percent(t.accuracy)}\n` +
    `T ${number(t.temperature)} · α ${number(t.alpha)}` +
    (t.counted_row_ns === null ? "" : ` · ${nanos(t.counted_row_ns)} a row · ${bytes(t.bytes)}`) +
    (t.hyperparameters ? `\n${t.hyperparameters}` : "")
  );
}

// ---- one family, in all charts of the search ----

const FAMILIES = [...new Set(TRIALS.map((t) => t.family))].sort();
let shownFamily = null;

function showFamily(family) {
  shownFamily = family;
  d3.selectAll("#pareto .plot .dot, #history .plot .dot, #temperature .plot .dot, #alpha .plot .dot").classed("dim", (t) => family !== null && t.family !== family);
  document.querySelectorAll("#families button").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.family === (family ?? ""))));
}

function familyChips() {
  const chips = document.getElementById("families");
  if (!chips || FAMILIES.length < 2) return;
  for (const family of [null, ...FAMILIES]) {
    const count = family === null ? "" : " " + TRIALS.filter((t) => t.family === family).length;
    const chip = element("button", chips, null, { type: "button", "aria-pressed": String(family === null) });
    element("bdi", chip, family === null ? "All families" : short(family, 40), { title: family ?? "" });
    chip.append(count);
    chip.dataset.family = family ?? "";
    chip.addEventListener("click", () => showFamily(family));
  }
}

// ---- quality and cost ----

function front(trials) {
  const sorted = [...trials].sort((a, b) => a.counted_row_ns - b.counted_row_ns || a.loss - b.loss);
  const on = [];
  for (const t of sorted) if (on.length === 0 || t.loss < on[on.length - 1].loss) on.push(t);
  return on;
}

function pareto() {
  const trials = COMPLETE.filter((t) => t.counted_row_ns !== null && t.counted_row_ns > 0);
  const figure = document.getElementById("pareto");
  if (!figure) return;
  if (trials.length === 0) {
    element("p", figure, "None of the trials tells what its student costs: leaderboard.csv is of an older version.", { class: "box" });
    return;
  }
  const on = front(trials);
  const delivered = trials.find(isDelivered);
  const top = ceiling(trials.map((t) => t.loss));
  const lowest = d3.min(trials, (t) => t.loss);
  const above = trials.filter((t) => t.loss > top).length;
  let pinned = null;
  let marks = () => {};

  const pin = (t) => {
    pinned = pinned === t ? null : t;
    const box = document.getElementById("pinned");
    box.replaceChildren();
    if (pinned) {
      element("h3", box, `${t.family}, trial ${t.trial} of ${t.search}`);
      const facts = element("dl", box, null, { class: "facts" });
      const fact = (name, value) => {
        const each = element("div", facts);
        element("dt", each, name);
        element("dd", each, value);
      };
      fact("Loss", nats(t.loss) + " nats");
      fact("KL", nats(t.kl) + " nats");
      fact("Log loss", nats(t.log_loss) + " nats");
      fact("Accuracy", percent(t.accuracy));
      fact("Time of a row, counted", nanos(t.counted_row_ns));
      fact("Size", bytes(t.bytes));
      fact("T and α", `${number(t.temperature)} and ${number(t.alpha)}`);
      for (const part of t.hyperparameters.split(" ").filter((p) => p)) {
        const at = part.indexOf("=");
        fact(part.slice(0, at), part.slice(at + 1));
      }
      element("p", box, isDelivered(t) ? "This is the trial of the student that was delivered." : "To get its student from a run that was kept with --study:");
      if (!isDelivered(t)) element("code", box, `distill pick --study FILE --trial ${t.trial}` + (t.search === "student" ? "" : ` --search "${t.search}"`));
    }
    document.querySelectorAll("#front button").forEach((b) => b.setAttribute("aria-pressed", String(pinned !== null && b.dataset.key === pinned.key)));
    marks();
  };

  chart("pareto", {
    legend: [["mark dot", "a trial"], ["mark dot front", "on the front"], ["mark chosen", "delivered"]],
    note: above > 0 ? `${above} ${above === 1 ? "trial is" : "trials are"} above the picture and shown at its upper edge.` : null,
    label: `Loss on validation rows against time of a row for ${trials.length} trials; ${on.length} are on the front`,
    height: (w) => (w < 500 ? 340 : 420),
    head: ["Trial", "Family", "Loss, nats", "KL, nats", "Time of a row", "Size", "On the front"],
    rows: () =>
      [...trials].sort((a, b) => a.loss - b.loss).map((t) => [`${t.trial} of ${t.search}`, t.family, nats(t.loss), nats(t.kl), nanos(t.counted_row_ns), bytes(t.bytes), on.includes(t) ? "yes" : ""]),
    draw(svg, width, height) {
      const area = { left: 52, right: width - 24, top: 24, bottom: height - 46 };
      const x = d3.scaleLog(d3.extent(trials, (t) => t.counted_row_ns), [area.left + 28, area.right - 28]);
      const pad = (top - lowest) * 0.06 || 1e-3;
      const y = d3.scaleLinear([Math.max(0, lowest - pad), top + pad], [area.bottom, area.top]);
      axes(svg, area, x, y, { xLog: true, xFormat: tickNanos, xLabel: "time of a row, counted (log scale) →", yLabel: "↑ loss on validation rows, nats" });
      const at = (t) => [x(t.counted_row_ns), y(Math.min(t.loss, top))];
      const steps = d3.line().curve(d3.curveStepAfter);
      const shown = on.filter((t) => t.loss <= top);
      svg.append("path").attr("class", "step").attr("d", steps(shown.map(at)));
      svg.append("g").selectAll("circle").data(trials.filter((t) => !on.includes(t))).join("circle")
        .attr("class", "dot").attr("cx", (t) => at(t)[0]).attr("cy", (t) => at(t)[1]).attr("r", trials.length > 500 ? 2.5 : 4);
      svg.append("g").selectAll("circle").data(shown).join("circle")
        .attr("class", "dot front").attr("cx", (t) => at(t)[0]).attr("cy", (t) => at(t)[1]).attr("r", 5);
      const rings = svg.append("g");
      const over = svg.append("circle").attr("class", "chosen").attr("r", 9).attr("visibility", "hidden");
      marks = () => {
        const each = [delivered && { t: delivered, pin: false }, pinned && { t: pinned, pin: true }].filter((d) => d);
        rings.selectAll("circle").data(each).join("circle").attr("class", (d) => (d.pin ? "chosen pin" : "chosen"))
          .attr("r", (d) => (d.pin ? 12 : 9)).attr("cx", (d) => at(d.t)[0]).attr("cy", (d) => at(d.t)[1]);
      };
      marks();
      showFamily(shownFamily);
      const places = trials.map(at);
      const nearest = (event) => {
        const [px, py] = d3.pointer(event, svg.node());
        let best = -1;
        let distance = 30 ** 2;
        places.forEach(([cx, cy], i) => {
          const d = (cx - px) ** 2 + (cy - py) ** 2;
          if (d < distance && (shownFamily === null || trials[i].family === shownFamily)) [best, distance] = [i, d];
        });
        return best < 0 ? null : trials[best];
      };
      svg.on("pointermove", (event) => {
        const t = nearest(event);
        over.attr("visibility", t ? "visible" : "hidden");
        if (t) over.attr("cx", at(t)[0]).attr("cy", at(t)[1]);
        tip(t && tellTrial(t), event);
      });
      svg.on("pointerleave", () => {
        over.attr("visibility", "hidden");
        tip(null);
      });
      svg.on("click", (event) => {
        const t = nearest(event);
        if (t) pin(t);
      });
    },
  });

  const rows = on.map((t) => {
    const button = element("button", null, `Trial ${t.trial}`, { type: "button", "aria-pressed": "false" });
    button.dataset.key = t.key;
    button.addEventListener("click", () => pin(t));
    return [button, t.search, t.family, nats(t.loss), nats(t.kl), percent(t.accuracy), nanos(t.counted_row_ns), bytes(t.bytes)];
  });
  tableOf(document.getElementById("front"), ["Pin it", "Search", "Family", "Loss", "KL", "Accuracy", "Time of a row", "Size"], rows, "On the front, the fastest first; figures of validation rows");
}

// ---- calibration ----

function reliability() {
  const bins = (m) => COMPARISON.reliability?.[KEYS[m]] ?? [];
  if (bins("student").length === 0) return missing("reliability");
  const most = d3.max(MODELS.flatMap((m) => bins(m).map((b) => b.rows)));
  chart("reliability", {
    legend: modelLegend(),
    label: "How often answers are right, by how sure the model is: teacher, student and hard-label twin",
    height: (w) => Math.min(440, Math.max(300, w * 0.62)),
    head: ["Model", "Sure from", "to", "Rows", "Mean probability of its choice", "Right"],
    rows: () => MODELS.flatMap((m) => bins(m).map((b) => [NAMES[m], percent(b.from), percent(b.to), b.rows, percent(b.confidence), percent(b.accuracy)])),
    draw(svg, width, height) {
      const area = { left: 52, right: Math.min(width - 12, 640), top: 24, bottom: height - 46 };
      const low = Math.max(0, d3.min(MODELS.flatMap((m) => bins(m)), (b) => Math.min(b.confidence, b.accuracy)) - 0.05);
      const x = d3.scaleLinear([low, 1], [area.left, area.right]);
      const y = d3.scaleLinear([low, 1], [area.bottom, area.top]);
      const whole = (v) => Math.round(100 * v) + " %";
      axes(svg, area, x, y, { xFormat: whole, yFormat: whole, xLabel: "how sure it is →", yLabel: "↑ how often it is right" });
      svg.append("line").attr("class", "diagonal").attr("x1", x(low)).attr("y1", y(low)).attr("x2", x(1)).attr("y2", y(1));
      for (const m of ["teacher", "twin", "student"]) {
        svg.append("path").attr("class", "series " + m).attr("d", d3.line((b) => x(b.confidence), (b) => y(b.accuracy))(bins(m)));
        const dots = svg.append("g").selectAll("path").data(bins(m)).join("path").attr("class", "mark " + m)
          .attr("transform", (b) => `translate(${x(b.confidence)},${y(b.accuracy)})`)
          .attr("d", (b) => symbol(m, 36 + 260 * (b.rows / most)));
        tells(dots, (b) => `${NAMES[m]}: ${b.rows} rows of which it is ${percent(b.confidence)} sure; ${percent(b.accuracy)} are right`);
      }
    },
  });
}

function missing(id) {
  const figure = document.getElementById(id);
  if (figure && !figure.hasChildNodes()) element("p", figure, "Not in this result.json, which is of an older version.", { class: "box" });
}

// ---- marginals ----

function marginals() {
  const scores = COMPARISON.scores ?? [];
  const select = document.getElementById("class");
  if (scores.length === 0) {
    select.parentElement.remove();
    missing("sorted");
    return missing("quantiles");
  }
  scores.forEach((s, i) => element("option", select, `${short(s.class, 60)} (KS ${fixed(s.ks, 3)})`, { value: i, dir: "auto" }));
  // The class where it shows most; KS alone would pick one that is hardly ever likely.
  const gap = (s) => d3.mean(s.teacher, (t, i) => Math.abs(t - s.student[i]));
  let shown = scores[d3.maxIndex(scores, gap)];
  select.value = scores.indexOf(shown);
  const share = (v) => Math.round(100 * v) + " %";
  const common = {
    height: 300,
    head: ["Quantile", "Teacher", "Student", "Hard-label twin"],
    rows: () => shown.teacher.map((t, i) => [percent(i / (shown.teacher.length - 1)), percent(t, 2), percent(shown.student[i], 2), percent(shown.hard_twin[i], 2)]),
  };
  const sorted = chart("sorted", {
    ...common,
    title: "Sorted scores",
    legend: modelLegend(),
    label: "Probabilities of the class, sorted from low to high: teacher, student and hard-label twin",
    draw(svg, width, height) {
      const area = { left: 46, right: width - 24, top: 24, bottom: height - 46 };
      const x = d3.scaleLinear([0, 1], [area.left, area.right]);
      const y = d3.scaleLinear([0, 1], [area.bottom, area.top]);
      axes(svg, area, x, y, { xFormat: share, yFormat: share, xLabel: "share of test rows, sorted →", yLabel: "↑ probability of the class" });
      for (const m of MODELS) {
        const values = shown[KEYS[m]];
        svg.append("path").attr("class", "series " + m).attr("d", d3.line((v, i) => x(i / (values.length - 1)), (v) => y(v))(values));
      }
    },
  });
  const quantiles = chart("quantiles", {
    ...common,
    title: "Quantile against quantile",
    legend: modelLegend(["student", "twin"]),
    label: "Quantiles of the student's and the twin's probabilities of the class against the teacher's; on the diagonal they are the same",
    draw(svg, width, height) {
      const area = { left: 46, right: width - 24, top: 24, bottom: height - 46 };
      const x = d3.scaleLinear([0, 1], [area.left, area.right]);
      const y = d3.scaleLinear([0, 1], [area.bottom, area.top]);
      axes(svg, area, x, y, { xFormat: share, yFormat: share, xLabel: "the teacher's quantile →", yLabel: "↑ the student's" });
      svg.append("line").attr("class", "diagonal").attr("x1", x(0)).attr("y1", y(0)).attr("x2", x(1)).attr("y2", y(1));
      for (const m of ["twin", "student"]) {
        svg.append("g").selectAll("path").data(d3.zip(shown.teacher, shown[KEYS[m]])).join("path").attr("class", "mark " + m)
          .attr("transform", ([t, s]) => `translate(${x(t)},${y(s)})`).attr("d", symbol(m, 40));
      }
    },
  });
  select.addEventListener("change", () => {
    shown = scores[+select.value];
    [sorted, quantiles].forEach((c) => {
      c.redraw();
      c.figure.querySelectorAll("details").forEach((d) => {
        d.open = false;
        d.querySelectorAll(".scroll").forEach((t) => t.remove());
        if (d.dataset.again !== "yes") {
          d.dataset.again = "yes";
          d.addEventListener("toggle", () => {
            if (d.open && !d.querySelector(".scroll")) tableOf(d, common.head, common.rows(), "Quantiles");
          });
        }
      });
    });
  });
  if (scores.length === 1) select.parentElement.remove();
}

// ---- agreement ----

function confidence() {
  const bands = COMPARISON.by_confidence.filter((b) => b.rows > 0);
  const all = COMPARISON.by_confidence;
  const name = (b) => {
    const next = all[all.indexOf(b) + 1];
    return next ? `${Math.round(100 * b.from)} to ${Math.round(100 * next.from)} %` : `${Math.round(100 * b.from)} % and above`;
  };
  const rows = d3.sum(bands, (b) => b.rows);
  chart("confidence", {
    legend: [["rect bar-agree", "student and teacher agree"], ["sign teacher", "teacher right"], ["sign student", "student right"]],
    label: "Share of test rows where student and teacher agree, and where each is right, by how sure the teacher is",
    height: 34 + bands.length * 46 + 46,
    head: ["Teacher is sure", "Rows", "Agree", "Student right", "Teacher right"],
    rows: () => bands.map((b) => [name(b), b.rows, percent(b.agreement), percent(b.student_accuracy), percent(b.teacher_accuracy)]),
    draw(svg, width, height) {
      const area = { left: width < 500 ? 118 : 170, right: width - 24, top: 24, bottom: height - 46 };
      const x = d3.scaleLinear([0, 1], [area.left, area.right]);
      const y = d3.scaleBand(bands, [area.top, area.bottom]).padding(0.3);
      axes(svg, area, x, y, { xFormat: (v) => Math.round(100 * v) + " %", xLabel: "share of the rows →", yLabel: "teacher is sure", yFormat: () => "" });
      const label = svg.append("g").selectAll("text").data(bands).join("text").attr("x", 0).attr("y", (b) => y(b) + y.bandwidth() / 2);
      label.append("tspan").attr("x", 0).text(name);
      label.append("tspan").attr("x", 0).attr("dy", 14).attr("class", "soft").text((b) => `${b.rows.toLocaleString("en")} rows, ${percent(b.rows / rows, 0)}`);
      const bar = svg.append("g").selectAll("rect").data(bands).join("rect").attr("class", "bar-agree")
        .attr("x", x(0)).attr("y", (b) => y(b)).attr("height", y.bandwidth()).attr("width", (b) => x(b.agreement) - x(0)).attr("rx", 3);
      const told = (b) => `Teacher ${name(b)} sure: ${b.rows} rows\nagree ${percent(b.agreement)}\nstudent right ${percent(b.student_accuracy)}\nteacher right ${percent(b.teacher_accuracy)}`;
      tells(bar, told);
      for (const [m, key, dy] of [["teacher", "teacher_accuracy", 0.3], ["student", "student_accuracy", 0.7]]) {
        tells(
          svg.append("g").selectAll("path").data(bands).join("path").attr("class", "mark " + m).attr("d", symbol(m, 70))
            .attr("transform", (b) => `translate(${x(b[key])},${y(b) + dy * y.bandwidth()})`),
          told);
      }
    },
  });
}

function confusion() {
  const counts = COMPARISON.confusion;
  const figure = document.getElementById("confusion");
  if (!counts) {
    element("p", figure, CLASSES.length > 64 ? `Left out: a matrix of ${CLASSES.length} classes is none to look at.` : "Not in this result.json, which is of an older version.", { class: "box" });
    return;
  }
  const cells = [];
  CLASSES.forEach((label, i) =>
    CLASSES.forEach((answer, j) => {
      const difference = counts.student[i][j] - counts.teacher[i][j];
      cells.push({ i, j, label, answer, difference, student: counts.student[i][j], teacher: counts.teacher[i][j] });
    }));
  const most = Math.max(1, d3.max(cells, (c) => Math.abs(c.difference)));
  const longest = Math.min(16, d3.max(CLASSES, (c) => Array.from(c).length));
  const flatNames = longest <= 2 || (CLASSES.length <= 8 && longest <= 6);
  const changed = cells.filter((c) => c.difference !== 0).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const side = (width) => {
    const left = 30 + longest * 7;
    const size = Math.max(CLASSES.length > 16 ? 13 : 22, Math.min(64, (Math.min(width, 760) - left) / CLASSES.length));
    return { left, size, top: 26 + (flatNames ? 16 : longest * 6.2) };
  };
  chart("confusion", {
    label: `Student's counts less the teacher's, by label and answer; ${changed.length} of ${cells.length} cells differ`,
    height: (width) => side(width).top + side(width).size * CLASSES.length + 8,
    head: ["Label", "Answer", "Student", "Teacher", "Difference"],
    rows: () => changed.map((c) => [c.label, c.answer, c.student, c.teacher, c.difference]),
    draw(svg, width, height) {
      const { left, size, top } = side(width);
      const needed = left + size * CLASSES.length + 4;
      if (needed > width) svg.attr("viewBox", [0, 0, needed, height]).attr("width", needed);
      svg.append("text").attr("class", "soft").attr("x", 0).attr("y", top - 8).text("label ↓");
      svg.append("text").attr("class", "soft").attr("x", left).attr("y", 12).text("answer →");
      nameText(
        svg.append("g").selectAll("text").data(CLASSES).join("text").attr("x", left - 8).attr("text-anchor", "end")
          .attr("y", (c, i) => top + (i + 0.5) * size).attr("dy", "0.35em"),
        longest);
      const flat = flatNames;
      nameText(
        svg.append("g").selectAll("text").data(CLASSES).join("text")
          .attr("transform", (c, i) => `translate(${left + (i + 0.5) * size},${top - 6}) rotate(${flat ? 0 : -60})`).attr("text-anchor", flat ? "middle" : "start"),
        longest);
      const good = (c) => (c.i === c.j ? c.difference > 0 : c.difference < 0);
      const cell = svg.append("g").selectAll("rect").data(cells).join("rect")
        .attr("class", (c) => "cell " + (c.difference === 0 ? "none" : good(c) ? "good" : "bad"))
        .attr("fill-opacity", (c) => (c.difference === 0 ? 0.6 : 0.2 + (0.8 * Math.abs(c.difference)) / most))
        .attr("x", (c) => left + c.j * size + 0.5).attr("y", (c) => top + c.i * size + 0.5)
        .attr("width", size - 1).attr("height", size - 1).attr("rx", 2);
      tells(cell, (c) => `label ${isolated(c.label)}, answered ${isolated(c.answer)}\nstudent ${c.student}, teacher ${c.teacher} (${c.difference > 0 ? "+" : ""}${c.difference})`);
      if (size >= 26) {
        svg.append("g").attr("pointer-events", "none").selectAll("text").data(cells.filter((c) => c.difference !== 0)).join("text")
          .attr("x", (c) => left + (c.j + 0.5) * size).attr("y", (c) => top + (c.i + 0.5) * size).attr("dy", "0.35em").attr("text-anchor", "middle")
          .attr("class", (c) => (Math.abs(c.difference) / most > 0.55 ? "inverse" : ""))
          .text((c) => (c.difference > 0 ? "+" : "−") + Math.abs(c.difference));
      }
    },
  });
}

function slices() {
  const list = COMPARISON.worst_slices;
  if (list.length === 0) return;
  chart("slices", {
    legend: [["mark fill student", "on these rows"], ["mark dot", "on all others"]],
    label: "KL of the teacher from the student on groups of rows, and elsewhere",
    height: 30 + list.length * 44 + 46,
    head: ["Rows where", "Rows", "KL there, nats", "KL elsewhere, nats", "p"],
    rows: () => list.map((s) => [s.where, s.rows, nats(s.kl), nats(s.kl_elsewhere), s.p < 1e-4 ? "below 0.0001" : nats(s.p)]),
    draw(svg, width, height) {
      const area = { left: 0, right: width - 24, top: 24, bottom: height - 46 };
      const x = d3.scaleLinear([0, d3.max(list, (s) => s.kl) * 1.05], [16, area.right]);
      const y = d3.scaleBand(d3.range(list.length), [area.top, area.bottom]);
      axes(svg, area, x, y, { xLabel: "KL to the teacher, nats a row →", yFormat: () => "" });
      const row = svg.append("g").selectAll("g").data(list).join("g").attr("transform", (s, i) => `translate(0,${y(i) + 14})`);
      nameText(row.append("text").attr("x", 4), Math.floor(width / 9), (s) => `${s.where} – ${s.rows.toLocaleString("en")} rows`);
      row.append("line").attr("class", "rule").attr("x1", (s) => x(s.kl_elsewhere)).attr("x2", (s) => x(s.kl)).attr("y1", 14).attr("y2", 14);
      row.append("circle").attr("class", "dot").attr("cx", (s) => x(s.kl_elsewhere)).attr("cy", 14).attr("r", 5);
      tells(row.append("circle").attr("class", "mark student").attr("cx", (s) => x(s.kl)).attr("cy", 14).attr("r", 6), (s) => `${s.where}\nKL ${nats(s.kl)} on ${s.rows} rows, ${nats(s.kl_elsewhere)} elsewhere`);
    },
  });
}

// ---- the search ----

function history() {
  const first = TRIALS.filter((t) => t.search === "student" || !TRIALS.some((o) => o.search === "student"));
  if (first.length === 0) return;
  const order = [...first].sort((a, b) => a.search.localeCompare(b.search) || a.trial - b.trial);
  order.forEach((t, i) => (t.place = i + 1));
  const good = order.filter((t) => t.state === "complete");
  if (good.length === 0) return;
  const top = ceiling(good.map((t) => t.loss));
  const lowest = d3.min(good, (t) => t.loss);
  let best = Infinity;
  const steps = [];
  for (const t of good) {
    best = Math.min(best, t.loss);
    steps.push([t.place, best]);
  }
  steps.push([order.length, best]);
  const lane = order.filter((t) => t.state !== "complete");
  const pruned = lane.filter((t) => t.state === "pruned").length;
  chart("history", {
    legend: [["mark dot", "a trial"], ["line step", "best so far"], ["early", "ended early"], ["failed", "failed"]],
    label: `Loss of ${good.length} complete trials in their order with the best so far; ${pruned} were ended early, ${lane.length - pruned} failed`,
    height: 320,
    head: ["Trial", "Family", "State", "Loss, nats", "Seconds", "Why it failed"],
    rows: () => order.map((t) => [`${t.trial} of ${t.search}`, t.family, t.state, nats(t.loss), fixed(t.seconds, 1), t.failure]),
    draw(svg, width, height) {
      const area = { left: 52, right: width - 24, top: 50, bottom: height - 46 };
      const x = d3.scaleLinear([0.5, order.length + 0.5], [area.left, area.right]);
      const pad = (top - lowest) * 0.06 || 1e-3;
      const y = d3.scaleLinear([Math.max(0, lowest - pad), top + pad], [area.bottom, area.top]);
      const whole = x.ticks(Math.max(2, Math.floor(width / 110))).filter(Number.isInteger);
      axes(svg, area, x, y, { xValues: whole, xFormat: (v) => v, xLabel: "trial →", yLabel: "↑ loss on validation rows, nats" });
      svg.append("g").selectAll("circle").data(good).join("circle").attr("class", "dot").attr("cx", (t) => x(t.place))
        .attr("cy", (t) => y(Math.min(t.loss, top))).attr("r", order.length > 500 ? 2.2 : 4);
      tells(svg.selectAll("circle.dot"), tellTrial);
      const line = steps.filter(([, l]) => l <= top);
      svg.append("path").attr("class", "step").attr("d", d3.line(([p]) => x(p), ([, l]) => y(l)).curve(d3.curveStepAfter)(line));
      const marks = svg.append("g").selectAll("path").data(lane).join("path").attr("class", (t) => "lane " + t.state)
        .attr("transform", (t) => `translate(${x(t.place)},36)`)
        .attr("d", (t) => (t.state === "pruned" ? d3.symbol(d3.symbolTriangle, 36)() : d3.symbol(d3.symbolTimes, 50)()));
      tells(marks, (t) => `${t.family}, trial ${t.trial}: ${t.state === "pruned" ? "ended early" : "failed"} after ${fixed(t.seconds, 1)} s${t.failure ? "\n" + t.failure : ""}`);
      showFamily(shownFamily);
    },
  });
}

const parsed = (t) => {
  const values = {};
  for (const part of t.hyperparameters.split(" ")) {
    const at = part.indexOf("=");
    if (at > 0) {
      const text = part.slice(at + 1);
      values[part.slice(0, at)] = text !== "" && Number.isFinite(+text) ? +text : text;
    }
  }
  return values;
};

function parallel() {
  const select = document.getElementById("family");
  if (!select) return;
  if (COMPLETE.length < 2) {
    select.parentElement.remove();
    return;
  }
  element("option", select, "All families", { value: "" });
  const told = FAMILIES.filter((f) => COMPLETE.some((t) => t.family === f));
  told.forEach((f) => element("option", select, short(f, 60), { value: f }));
  let family = told.length === 1 ? told[0] : "";
  select.value = family;
  if (told.length === 1) select.parentElement.remove();

  const dimensions = (trials) => {
    const list = [];
    const add = (name, value, format, log) => {
      const values = trials.map(value).filter((v) => v !== null && v !== undefined);
      if (values.length > 0 && new Set(values).size > 1) list.push({ name, value, format: format || number, log: log === undefined ? wide(values) : log });
    };
    if (family === "") add("family", (t) => t.family);
    else {
      const own = trials.map(parsed);
      const names = [...new Set(own.flatMap((o) => Object.keys(o)))].slice(0, 7);
      const byTrial = new Map(trials.map((t, i) => [t, own[i]]));
      names.forEach((n) => add(n, (t) => byTrial.get(t)?.[n] ?? null));
    }
    add("T", (t) => t.temperature);
    add("α", (t) => t.alpha, null, false);
    add("more rows", (t) => t.augment, null, false);
    add("time of a row", (t) => t.counted_row_ns, nanos, true);
    add("size", (t) => t.bytes, bytes, true);
    add("loss", (t) => t.loss, nats, true);
    return list;
  };
  const wide = (values) => values.every((v) => typeof v === "number" && v > 0) && d3.max(values) / d3.min(values) > 30;

  let shown = [];
  const view = chart("parallel", {
    legend: [["line line", "a trial"], ["line line best", "the best by loss"], ["line line delivered", "delivered"]],
    label: "Each complete trial as a line through its settings, cost and loss",
    height: 360,
    head: ["Trial", "Family", "T", "α", "Time of a row", "Size", "Loss, nats", "Settings"],
    rows: () => [...shown].sort((a, b) => a.loss - b.loss).map((t) => [`${t.trial} of ${t.search}`, t.family, number(t.temperature), number(t.alpha), nanos(t.counted_row_ns), bytes(t.bytes), nats(t.loss), t.hyperparameters]),
    draw(svg, width, height) {
      shown = COMPLETE.filter((t) => family === "" || t.family === family);
      const dims = dimensions(shown);
      const area = { top: 40, bottom: height - 28 };
      const needed = Math.max(width, dims.length * 92);
      if (needed > width) svg.attr("viewBox", [0, 0, needed, height]).attr("width", needed);
      const left = family === "" && dims[0]?.name === "family" ? 130 : 46;
      const x = d3.scalePoint(d3.range(dims.length), [left, needed - 44]);
      dims.forEach((d) => {
        const values = shown.map(d.value).filter((v) => v !== null && v !== undefined);
        if (values.some((v) => typeof v === "string")) {
          d.scale = d3.scalePoint([...new Set(values.map(String))].sort(), [area.top, area.bottom]).padding(0.3);
          d.ticks = d.scale.domain();
        } else {
          const most = d.name === "loss" ? ceiling(values) : d3.max(values);
          d.scale = (d.log && d3.min(values) > 0 ? d3.scaleLog() : d3.scaleLinear()).domain([d3.min(values), most]).range([area.bottom, area.top]).clamp(true);
          d.ticks = [d3.min(values), most];
        }
      });
      const losses = shown.map((t) => t.loss).sort(d3.ascending);
      const limit = losses[Math.min(20, Math.ceil(losses.length / 10)) - 1];
      const path = (t) => d3.line().defined(([, v]) => v !== null && v !== undefined)(dims.map((d, i) => {
        const v = d.value(t);
        return [x(i), v === null || v === undefined ? null : d.scale(d.scale.bandwidth ? String(v) : v)];
      }));
      const kind = (t) => (isDelivered(t) ? "line delivered" : t.loss <= limit ? "line best" : "line");
      const rank = (t) => (isDelivered(t) ? 2 : t.loss <= limit ? 1 : 0);
      const lines = svg.append("g").selectAll("path").data([...shown].sort((a, b) => rank(a) - rank(b))).join("path").attr("class", kind).attr("d", path);
      tells(lines, tellTrial);
      const axis = svg.append("g").selectAll("g").data(dims).join("g").attr("transform", (d, i) => `translate(${x(i)},0)`);
      axis.append("line").attr("class", "rule").attr("y1", area.top).attr("y2", area.bottom);
      nameText(axis.append("text").attr("y", 14).attr("text-anchor", (d, i) => (i === 0 && left > 100 ? "end" : "middle")).attr("font-weight", 600), 14, (d) => d.name);
      axis.each(function (d, i) {
        const categories = Boolean(d.scale.bandwidth);
        const side = d3.select(this);
        d.ticks.forEach((v, n) => {
          const text = side.append("text").attr("class", "soft");
          if (categories) {
            text.attr("x", i === 0 ? -8 : 8).attr("text-anchor", i === 0 ? "end" : "start").attr("y", d.scale(v)).attr("dy", "0.35em").text(isolated(short(v, 17))).append("title").text(v);
          } else {
            text.attr("text-anchor", "middle").attr("y", n === 0 ? area.bottom + 18 : area.top - 8).text(d.format(v));
          }
        });
      });
    },
  });
  select.addEventListener("change", () => {
    family = select.value;
    view.redraw();
  });
}

function importance() {
  const all = Object.entries(RESULT.trials.importance ?? {}).filter(([, v]) => v > 0);
  const figure = document.getElementById("importance");
  if (!figure) return;
  if (all.length === 0) {
    element("p", figure, "Too few trials were completed to tell.", { class: "box" });
    return;
  }
  const list = all.slice(0, 12);
  chart("importance", {
    label: "Settings by the share of the differences in loss that each makes alone",
    height: list.length * 28 + 16,
    head: ["Setting", "Share"],
    rows: () => all.map(([n, v]) => [n, percent(v)]),
    draw(svg, width, height) {
      const left = Math.min(240, width * 0.45);
      const x = d3.scaleLinear([0, list[0][1]], [left, width - 64]);
      const y = d3.scaleBand(list.map((d, i) => i), [4, height - 8]).padding(0.3);
      const row = svg.append("g").selectAll("g").data(list).join("g").attr("transform", (d, i) => `translate(0,${y(i)})`);
      nameText(row.append("text").attr("x", left - 10).attr("text-anchor", "end").attr("y", y.bandwidth() / 2).attr("dy", "0.35em"), Math.floor(left / 7.5), ([n]) => n);
      row.append("rect").attr("class", "bar-student").attr("x", left).attr("height", y.bandwidth()).attr("width", ([, v]) => Math.max(1, x(v) - left)).attr("rx", 3);
      row.append("text").attr("class", "soft").attr("x", ([, v]) => x(v) + 8).attr("y", y.bandwidth() / 2).attr("dy", "0.35em").text(([, v]) => percent(v));
    },
  });
}

function sensitivity(id, field, name, log) {
  const trials = COMPLETE.filter((t) => t[field] !== null && (!log || t[field] > 0));
  const figure = document.getElementById(id);
  if (!figure) return;
  if (new Set(trials.map((t) => t[field])).size < 2) {
    element("p", figure, `${name}: all trials had the same.`, { class: "box" });
    return;
  }
  const top = ceiling(trials.map((t) => t.loss));
  const lowest = d3.min(trials, (t) => t.loss);
  const sorted = [...trials].sort((a, b) => a[field] - b[field]);
  const reach = Math.max(5, Math.round(sorted.length / 10));
  // Of a few trials a median says nothing.
  const medians = (sorted.length < 20 ? [] : sorted).map((t, i) => {
    const near = sorted.slice(Math.max(0, i - reach), i + reach + 1);
    return [d3.median(near, (n) => n[field]), d3.median(near, (n) => n.loss)];
  });
  chart(id, {
    title: name,
    label: `Loss on validation rows by ${name}`,
    height: 280,
    head: [name, "Loss, nats", "Trial", "Family"],
    rows: () => sorted.map((t) => [number(t[field]), nats(t.loss), `${t.trial} of ${t.search}`, t.family]),
    draw(svg, width, height) {
      const area = { left: 52, right: width - 24, top: 24, bottom: height - 46 };
      const range = d3.extent(trials, (t) => t[field]);
      const x = (log ? d3.scaleLog() : d3.scaleLinear()).domain(range).range([area.left + 8, area.right - 8]);
      const pad = (top - lowest) * 0.06 || 1e-3;
      const y = d3.scaleLinear([Math.max(0, lowest - pad), top + pad], [area.bottom, area.top]);
      axes(svg, area, x, y, { xLog: log, xFormat: (v) => v, xLabel: `${name} →`, yLabel: "↑ loss, nats" });
      const dots = svg.append("g").selectAll("circle").data(trials).join("circle").attr("class", "dot").attr("cx", (t) => x(t[field]))
        .attr("cy", (t) => y(Math.min(t.loss, top))).attr("r", trials.length > 500 ? 2.2 : 3.5);
      tells(dots, tellTrial);
      svg.append("path").attr("class", "step").attr("d", d3.line(([v]) => x(v), ([, l]) => y(Math.min(l, top)))(medians));
      showFamily(shownFamily);
    },
  });
}

// ---- a student to read ----

function reading() {
  const drawing = DATA.reading;
  if (!drawing) return;
  const told = document.getElementById("how-to-read");
  if (drawing.tree) {
    told.textContent = "It is one tree: begin at the left, go up where the answer is yes and down where it is no. Leaves say the probabilities of the likeliest classes.";
    tree(drawing.tree);
  } else {
    told.textContent =
      (drawing.classes.length === 1
        ? `It is a sum: each column adds to the log-odds of ${isolated(short(drawing.classes[0], 60))} what its curve says`
        : "It is a sum: each column adds to the logit of the class what its curve says") +
      `, above zero for it and below against it. The ${drawing.curves.length} steepest curves are drawn${drawing.silent > 0 ? `; ${drawing.silent} more columns add less or nothing` : ""}.`;
    curves(drawing);
  }
}

function tree(root) {
  const hierarchy = d3.hierarchy(root, (n) => (n.if ? [n.then, n.else] : null));
  const leaves = hierarchy.leaves().length;
  const lines = [];
  hierarchy.each((n) => {
    const path = n.ancestors().reverse();
    lines.push([path.length, n.data.if ? n.data.if : "→ " + n.data.leaf, path.slice(1).map((p, i) => (p === path[i].children[0] ? "yes" : "no")).join(", ")]);
  });
  chart("reading", {
    label: `The student: a tree of ${leaves} leaves and ${hierarchy.height} levels of questions`,
    height: Math.max(120, leaves * 34 + 20),
    head: ["Level", "Question or answer", "Answers that lead here"],
    rows: () => lines.map(([level, text, way]) => [String(level), text, way]),
    draw(svg, width, height) {
      const step = Math.max(150, Math.min(230, (width - 190) / Math.max(1, hierarchy.height)));
      const needed = Math.max(width, hierarchy.height * step + 200);
      svg.attr("viewBox", [0, 0, needed, height]).attr("width", needed);
      d3.cluster().nodeSize([34, step])(hierarchy);
      const low = d3.min(hierarchy.descendants(), (n) => n.x);
      const at = (n) => [n.depth * step + 10, n.x - low + 20];
      svg.append("g").selectAll("path").data(hierarchy.links()).join("path").attr("class", "edge")
        .attr("d", ({ source, target }) => {
          const [a, b] = at(source);
          const [c, d] = at(target);
          return `M${a + 4},${b}C${a + step / 2},${b} ${c - step / 2},${d} ${c - 4},${d}`;
        });
      const node = svg.append("g").selectAll("g").data(hierarchy.descendants()).join("g").attr("transform", (n) => `translate(${at(n)})`);
      node.append("circle").attr("r", 4).attr("class", (n) => (n.children ? "mark teacher" : "mark student"));
      const letters = Math.floor(step / 6.6);
      const text = node.append("text").attr("x", (n) => (n.children ? 4 : 9)).attr("y", (n) => (n.children ? -8 : 4)).attr("font-weight", (n) => (n.children ? 400 : 600));
      nameText(text, letters, (n) => (n.children ? n.data.if + " ?" : n.data.leaf));
      svg.append("g").selectAll("text").data(hierarchy.links().filter((l) => l.source === hierarchy)).join("text").attr("class", "soft")
        .attr("x", step / 2 - 8).attr("y", ({ source, target }) => (at(source)[1] + at(target)[1]) / 2 - 6).text((l, i) => (i === 0 ? "yes" : "no"));
    },
  });
}

function curves(drawing) {
  let shown = 0;
  const select = document.getElementById("reading-class");
  if (drawing.classes.length > 1) {
    document.getElementById("reading-control").hidden = false;
    drawing.classes.forEach((c, i) => element("option", select, short(c, 60), { value: i, dir: "auto" }));
  }
  const figure = document.getElementById("reading");
  const grid = element("div", figure, null, { class: "curves" });
  const charts = drawing.curves.map((curve, i) => {
    const id = "curve-" + i;
    element("figure", grid, null, { id });
    const words = (n) => (curve.levels ? curve.levels[n] : curve.jumps ? (n === 0 ? `below ${number(curve.x[0])}` : `from ${number(curve.x[n - 1])}`) : number(curve.x[n]));
    return chart(id, {
      label: `What ${short(curve.column, 60)} adds`,
      height: curve.levels ? 40 + curve.levels.length * 22 : 190,
      head: ["Value", "Adds"],
      rows: () => [...curve.y.map((y, n) => [String(words(n)), fixed(y[shown], 2)]), ["missing", fixed(curve.missing[shown], 2)]],
      draw(svg, width, height) {
        nameText(svg.append("text").datum(curve.column).attr("y", 12).attr("font-weight", 600), Math.floor(width / 7.5));
        const values = curve.y.map((y) => y[shown]);
        const all = drawing.curves.flatMap((c) => c.y.map((y) => y[shown]));
        const [low, high] = [Math.min(0, d3.min(all)), Math.max(0, d3.max(all))];
        if (curve.levels) {
          const left = Math.min(150, width * 0.45);
          const x = d3.scaleLinear([low, high], [left, width - 40]);
          const row = svg.append("g").selectAll("g").data(values).join("g").attr("transform", (v, n) => `translate(0,${30 + n * 22})`);
          nameText(row.append("text").datum((v, n) => curve.levels[n]).attr("x", left - 8).attr("text-anchor", "end").attr("y", 12), Math.floor(left / 7));
          row.data(values).append("rect").attr("class", (v) => (v >= 0 ? "bar-student" : "fill twin")).attr("x", (v) => Math.min(x(0), x(v))).attr("width", (v) => Math.abs(x(v) - x(0))).attr("height", 16);
          row.append("text").attr("class", "soft").attr("x", width - 36).attr("y", 12).text((v, n) => fixed(values[n], 2));
          svg.append("line").attr("class", "zero").attr("x1", x(0)).attr("x2", x(0)).attr("y1", 26).attr("y2", height - 8);
          return;
        }
        const area = { left: 40, right: width - 16, top: 24, bottom: height - 24 };
        const first = curve.x[0];
        const last = curve.x[curve.x.length - 1];
        const margin = (last - first) * 0.06 || Math.abs(first) * 0.1 || 1;
        const x = d3.scaleLinear([first - (curve.jumps ? margin : 0), last + (curve.jumps ? margin : 0)], [area.left, area.right]);
        const y = d3.scaleLinear([low, high], [area.bottom, area.top]);
        axes(svg, area, x, y, { yTicks: 3, xFormat: number });
        svg.append("line").attr("class", "zero").attr("x1", area.left).attr("x2", area.right).attr("y1", y(0)).attr("y2", y(0));
        const points = curve.jumps
          ? [[x.domain()[0], values[0]], ...curve.x.map((place, n) => [place, values[n + 1]]), [x.domain()[1], values[values.length - 1]]]
          : curve.x.map((place, n) => [place, values[n]]);
        svg.append("path").attr("class", "series student").attr("d", d3.line(([p]) => x(p), ([, v]) => y(v)).curve(curve.jumps ? d3.curveStepAfter : d3.curveLinear)(points));
      },
    });
  });
  select.addEventListener("change", () => {
    shown = +select.value;
    charts.forEach((c) => c.redraw());
  });
}

// ---- all of it ----

familyChips();
pareto();
reliability();
marginals();
confidence();
confusion();
slices();
history();
parallel();
importance();
sensitivity("temperature", "temperature", "T (temperature)", true);
sensitivity("alpha", "alpha", "α (weight of the teacher)", false);
reading();

document.getElementById("copy")?.addEventListener("click", async () => {
  const told = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(document.getElementById("command").textContent);
    told.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(document.getElementById("command"));
    told.textContent = "Selected; copy it with your keyboard.";
  }
});
document.documentElement.dataset.drawn = "yes";
