// What the pages' charts share. Text from data gets in by textContent alone, so it stays text.
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const NAMES = { teacher: "Teacher", student: "Student", twin: "Hard-label twin" };
const MODELS = ["teacher", "student", "twin"];

// ---- words ----

const fixed = (v, digits) => (v === null || v === undefined ? "–" : v.toFixed(digits));
const nats = (v) => fixed(v, 4);
const percent = (v, digits = 1) => (v === null || v === undefined ? "–" : (100 * v).toFixed(digits) + " %");
const digits3 = (v) => v.toFixed(v < 10 ? 2 : v < 100 ? 1 : 0);
const nanos = (v) =>
  v === null ? "–" : v < 1e3 ? v.toFixed(0) + " ns" : v < 1e6 ? digits3(v / 1e3) + " µs" : digits3(v / 1e6) + " ms";
const bytes = (v) =>
  v === null ? "–" : v < 1e3 ? v + " bytes" : v < 1e6 ? digits3(v / 1e3) + " kB" : digits3(v / 1e6) + " MB";
const tickNanos = (v) => (v < 1e3 ? v + " ns" : v < 1e6 ? v / 1e3 + " µs" : v / 1e6 + " ms");
const tickBytes = (v) => (v < 1e3 ? v + " B" : v < 1e6 ? v / 1e3 + " kB" : v / 1e6 + " MB");
const short = (text, most) => {
  const letters = Array.from(String(text).replace(/\s+/g, " "));
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : letters.join("");
};
// Text of its own direction between text of ours: FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE.
const isolated = (text) => "\u2068" + text + "\u2069";
const number = (v) => (typeof v === "number" ? (Number.isInteger(v) ? String(v) : String(+v.toPrecision(4))) : v);

// ---- elements ----

function element(name, parent, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  if (parent) parent.append(made);
  return made;
}

function tableOf(parent, head, rows, caption) {
  const scroll = element("div", parent, null, { class: "scroll", role: "region", tabindex: "0", "aria-label": caption });
  const table = element("table", scroll);
  element("caption", table, caption);
  const top = element("tr", element("thead", table));
  head.forEach((h) => element("th", top, h, { scope: "col" }));
  const body = element("tbody", table);
  const texts = head.map((h, i) => rows.some((row) => typeof row[i] === "string" && /^[^\d–+−-]/.test(row[i])));
  top.childNodes.forEach((th, i) => texts[i] && th.classList.add("text"));
  rows.forEach((row) => {
    const line = element("tr", body);
    row.forEach((cell, i) => {
      const made = element(i === 0 ? "th" : "td", line, null, i === 0 ? { scope: "row" } : texts[i] ? { class: "text" } : {});
      if (cell instanceof Node) {
        made.append(cell);
      } else if (i === 0 || typeof cell === "string") {
        element("bdi", made, cell === null ? "–" : String(cell), { class: "name", title: String(cell) });
      } else {
        made.textContent = cell === null ? "–" : String(cell);
      }
    });
  });
  return table;
}

// ---- a chart in its figure ----

const MOST_LINES = 300;

/**
 * Draws a chart, again when its width changes, and puts the numbers behind it into a table.
 * about: title; label, for who can't see it; legend: [[kind, text]]; height;
 * draw(svg, width, height); head, rows: the table.
 */
function chart(id, about) {
  const figure = document.getElementById(id);
  if (!figure) return null;
  if (about.title) element("p", figure, about.title, { class: "title" });
  if (about.legend) legend(figure, about.legend);
  const plot = element("div", figure, null, { class: "plot" });
  let drawn = 0;
  const redraw = () => {
    const width = Math.max(280, Math.floor(plot.clientWidth));
    drawn = width;
    plot.replaceChildren();
    const height = typeof about.height === "function" ? about.height(width) : about.height;
    const svg = d3.select(plot).append("svg").attr("viewBox", [0, 0, width, height]).attr("width", width).attr("height", height);
    svg.attr("role", "img").attr("aria-label", about.label);
    about.draw(svg, width, height);
  };
  redraw();
  new ResizeObserver(() => {
    if (Math.abs(plot.clientWidth - drawn) > 1 && plot.clientWidth > 0 && plot.clientWidth >= 280) redraw();
  }).observe(plot);
  if (about.note) element("p", figure, about.note, { class: "small" });
  if (about.rows) {
    const details = element("details", figure);
    element("summary", details, "The numbers");
    let filled = false;
    details.addEventListener("toggle", () => {
      if (filled) return;
      filled = true;
      const rows = about.rows();
      tableOf(details, about.head, rows.slice(0, MOST_LINES), about.label);
      if (rows.length > MOST_LINES) element("p", details, `The first ${MOST_LINES} of ${rows.length}; leaderboard.csv has all.`);
    });
  }
  return { figure, redraw };
}

function legend(figure, entries) {
  const list = element("ul", figure, null, { class: "legend" });
  for (const [kind, text] of entries) {
    const item = element("li", list);
    const svg = d3.select(item).append("svg").attr("viewBox", "0 0 26 12").attr("aria-hidden", "true");
    if (kind.startsWith("mark")) {
      svg.append("circle").attr("cx", 13).attr("cy", 6).attr("r", 4.5).attr("class", kind.slice(5));
    } else if (kind.startsWith("line")) {
      svg.append("line").attr("x1", 1).attr("x2", 25).attr("y1", 6).attr("y2", 6).attr("class", kind.slice(5));
    } else if (kind.startsWith("early")) {
      svg.append("path").attr("d", d3.symbol(d3.symbolTriangle, 36)()).attr("transform", "translate(13,7)").attr("class", "lane");
    } else if (kind.startsWith("failed")) {
      svg.append("path").attr("d", d3.symbol(d3.symbolTimes, 50)()).attr("transform", "translate(13,6)").attr("class", "lane failed");
    } else if (kind.startsWith("sign")) {
      svg.append("path").attr("d", symbol(kind.slice(5))).attr("transform", "translate(13,6)").attr("class", "mark " + kind.slice(5));
    } else {
      svg.append("rect").attr("x", 4).attr("y", 1).attr("width", 18).attr("height", 10).attr("class", kind.slice(4));
    }
    item.append(text);
  }
}

/** Each model has a shape of its own beside its colour. */
function symbol(model, size = 50) {
  const kind = { teacher: d3.symbolSquare, student: d3.symbolCircle, twin: d3.symbolTriangle }[model];
  return d3.symbol(kind, size)();
}

const modelLegend = (models = MODELS) => models.flatMap((m) => [["sign " + m, NAMES[m]]]);

/** Axes with a grid; gives the scales' area. */
function axes(svg, area, x, y, about) {
  const xAxis = svg.append("g").attr("class", "axis").attr("transform", `translate(0,${area.bottom})`);
  const ticks = Math.max(2, Math.floor((area.right - area.left) / 90));
  const bottom = d3.axisBottom(x).tickSize(area.top - area.bottom).tickPadding(8);
  if (x.ticks) bottom.tickValues(about.xValues || (about.xLog ? logTicks(x, ticks) : x.ticks(ticks)));
  bottom.tickFormat(about.xFormat || null);
  xAxis.call(bottom);
  const yAxis = svg.append("g").attr("class", "axis").attr("transform", `translate(${area.left},0)`);
  const left = d3.axisLeft(y).tickSize(area.left - area.right).tickPadding(8);
  if (y.ticks) left.tickValues(about.yValues || (about.yLog ? logTicks(y, 5) : y.ticks(about.yTicks || 5)));
  left.tickFormat(about.yFormat || null);
  yAxis.call(left);
  if (about.xLabel) {
    svg.append("text").attr("class", "soft").attr("x", area.right).attr("y", area.bottom + 38).attr("text-anchor", "end").text(about.xLabel);
  }
  if (about.yLabel) svg.append("text").attr("class", "soft").attr("x", 0).attr("y", 12).text(about.yLabel);
}

/** 1, 2, 5 × powers of ten, or powers alone where these are too many. */
function logTicks(scale, most) {
  const [low, high] = scale.domain();
  const all = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const m of [1, 2, 5]) {
      const v = +(m * 10 ** e).toPrecision(1);
      if (v >= low * 0.999 && v <= high * 1.001) all.push(v);
    }
  }
  if (all.length <= most + 1) return all;
  const powers = all.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9);
  const some = powers.length > 1 ? powers : all;
  const step = Math.ceil(some.length / (most + 1));
  return some.filter((v, i) => i % step === 0);
}

/** A text that may be anything, cut, with the whole of it for who asks. */
function nameText(selection, most, text = (d) => d) {
  selection.text((d) => isolated(short(text(d), most))).append("title").text((d) => text(d));
  return selection;
}

// ---- what is under the pointer ----

const TIP = document.getElementById("tip");

function tip(text, event) {
  if (!text) {
    TIP.hidden = true;
    return;
  }
  TIP.textContent = text;
  TIP.hidden = false;
  const box = TIP.getBoundingClientRect();
  const left = Math.min(event.pageX + 14, window.scrollX + document.documentElement.clientWidth - box.width - 8);
  TIP.style.left = Math.max(window.scrollX + 8, left) + "px";
  TIP.style.top = event.pageY + 16 + "px";
}

/** Marks tell of themselves under the pointer. */
function tells(selection, text) {
  selection.on("pointermove", (event, d) => tip(text(d), event)).on("pointerleave", () => tip(null));
  return selection;
}
