// Time-series charts. A canvas cannot read var(), so tokens are resolved when it is drawn.
import uPlot from 'uplot';

const root = document.documentElement;
const token = (element, name) => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
const faded = (hex, share) => hex + Math.round(share * 255).toString(16).padStart(2, '0');
const locale = { ar: 'ar-u-nu-latn', en: 'en-GB', 'zh-hans': 'zh-CN' }[root.lang] ?? root.lang;
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const drawn = [];

function numbers(data) {
  const columns = [data.t.map(Number), data.a.map(Number)];
  if (data.b?.length) columns.push(data.b.map(Number));
  return columns;
}

function formats(currency) {
  const style = currency && /^[A-Z]{3}$/.test(currency) ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } : {};
  const full = new Intl.NumberFormat('en', { ...style, minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat('en', { ...style, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 });
  const minus = (text) => text.replace('-', '\u2212');
  return { full: (value) => minus(full.format(value)), short: (value) => minus(short.format(value)) };
}

function axes(element, format, font) {
  const ink = () => token(element, 'ink-2');
  const small = element.clientWidth < 480;
  const inside = (plot, second) => {
    const x = plot.valToPos(second, 'x');
    return x >= 22 && x <= plot.over.clientWidth - 14;
  };
  return [
    {
      stroke: ink, font, grid: { show: false }, ticks: { show: false }, size: 30, gap: 8, space: small ? 90 : 110,
      values: (plot, splits) => splits.map((second) => (inside(plot, second) ? day.format(second * 1000) : '')),
    },
    {
      side: 1, stroke: ink, font, size: 52, gap: 8, space: 44, ticks: { show: false },
      grid: { stroke: () => token(element, 'line'), width: 1 }, values: (plot, splits) => splits.map(format.short),
    },
  ];
}

function lines(element) {
  const area = (plot) => {
    const { top, height } = plot.bbox;
    if (!Number.isFinite(top + height) || height <= 0) return 'transparent';
    const fade = plot.ctx.createLinearGradient(0, top, 0, top + height);
    fade.addColorStop(0, faded(token(element, 'brand-mark'), 0.24));
    fade.addColorStop(1, faded(token(element, 'brand-mark'), 0));
    return fade;
  };
  return [
    {},
    { stroke: () => token(element, 'brand-mark'), width: 2, points: { show: false }, fill: area },
    { stroke: () => token(element, 'ink-2'), width: 1.25, dash: [4, 4], points: { show: false } },
  ];
}

function tip(element, data, format) {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  box.dir = root.dir;
  const row = (label, value) => {
    const line = document.createElement('i');
    const figure = document.createElement('b');
    figure.textContent = format.full(value);
    line.append(`${label} `, figure);
    return line;
  };
  const show = (plot) => {
    const at = plot.cursor.idx;
    if (at == null || plot.cursor.left < 0) return box.classList.remove('on');
    const head = document.createElement('b');
    head.textContent = day.format(plot.data[0][at] * 1000);
    box.replaceChildren(head, ...plot.data.slice(1).map((column, index) => row(data.labels[index], column[at])));
    box.classList.add('on');
    const x = plot.valToPos(plot.data[0][at], 'x');
    const width = box.offsetWidth;
    const left = x + 16 + width > element.clientWidth ? x - width - 12 : x + 14;
    box.style.transform = `translate(${Math.max(4, left)}px, 8px)`;
    return undefined;
  };
  return { box, show };
}

function asTable(element, data, format) {
  const details = element.parentElement.querySelector('.as-table');
  details?.addEventListener('toggle', () => {
    if (!details.open || details.querySelector('tbody tr')) return;
    const cell = (name, text, number) => {
      const made = document.createElement(name);
      made.textContent = text;
      if (number) made.className = 'num';
      return made;
    };
    const head = details.querySelector('thead tr');
    for (const label of data.labels.slice(0, data.b?.length ? 2 : 1)) head.append(cell('th', label, true));
    const columns = numbers(data);
    details.querySelector('tbody').append(...columns[0].map((second, index) => {
      const row = document.createElement('tr');
      row.append(cell('td', day.format(second * 1000)), ...columns.slice(1).map((column) => cell('td', format.full(column[index]), true)));
      return row;
    }));
  });
}

function draw(element, data) {
  const columns = numbers(data);
  const format = formats(data.currency);
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const hint = tip(element, data, format);
  const pad = (plot, low, high) => {
    const room = (high - low) * 0.08 || Math.abs(high) * 0.01 || 1;
    return [low - room, high + room];
  };
  const plot = new uPlot({
    width: element.clientWidth, height: element.clientHeight, padding: [14, 18, 0, 4], legend: { show: false },
    cursor: {
      y: false, drag: { x: false, y: false },
      points: { size: 9, width: 2, fill: () => token(element, 'surface'), stroke: (_, index) => token(element, index === 1 ? 'brand-mark' : 'ink-2') },
    },
    scales: { x: { time: true }, y: { range: pad } },
    axes: axes(element, format, font), series: lines(element).slice(0, columns.length), hooks: { setCursor: [hint.show] },
  }, columns, element);
  element.append(hint.box);
  element.chart = plot;
  new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight })).observe(element);
  asTable(element, data, format);
  drawn.push(plot);
  element.show = (days) => {
    const from = days ? columns[0].at(-1) - days * 86400 : -Infinity;
    const first = Math.max(0, columns[0].findIndex((second) => second >= from));
    plot.setData(columns.map((column) => column.slice(first)));
  };
}

async function start(element) {
  element.started = true;
  const { src, url } = element.dataset;
  const data = url ? await (await fetch(url, { headers: { Accept: 'application/json' } })).json() : JSON.parse(document.getElementById(src).textContent);
  if (data.t.length > 1) draw(element, data);
  else element.classList.add('is-empty');
}

export function init() {
  for (const element of document.querySelectorAll('[data-chart=equity]')) if (!element.started) start(element);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-range]');
  if (!button) return;
  document.getElementById(button.dataset.for)?.show?.(Number(button.dataset.range));
  for (const other of button.parentElement.children) other.setAttribute('aria-pressed', String(other === button));
});
addEventListener('themechange', () => drawn.forEach((plot) => plot.redraw(false, true)));
