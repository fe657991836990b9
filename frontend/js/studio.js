// The studio: every change is tried out on the server and shown in the frame at once; the draft
// is saved when a control is let go. The engine lives on the server only.
import { $, $$ } from './ui/dom.js';

const form = $('#look');
const iframe = $('iframe');
const frame = $('.frame');
const fonts = JSON.parse($('#studio-fonts').textContent);
let mode = $('[data-mode-of][aria-pressed=true]').dataset.modeOf;
let device = 'desktop';
let css = '';

const fit = () => {
  const width = device === 'phone' ? 390 : 1280;
  const scale = frame.clientWidth / width;
  const bar = device === 'phone' ? 0 : 34;
  iframe.style.width = `${width}px`;
  iframe.style.height = `${(frame.clientHeight - bar) / scale}px`;
  iframe.style.transform = `scale(${scale})`;
};
new ResizeObserver(fit).observe(frame);

function wear() {
  const page = iframe.contentDocument;
  const view = iframe.contentWindow;
  if (page?.readyState !== 'complete' || !page.head) return;
  page.documentElement.dataset.mode = mode;
  if (css) {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(css);
    page.adoptedStyleSheets = [sheet];
  }
  for (const name of ['font', 'display']) {
    const id = form.elements[name].value;
    if (!fonts[id] || page.querySelector(`link[href="${fonts[id]}"]`)) continue;
    const link = page.createElement('link');
    link.rel = 'stylesheet';
    link.href = fonts[id];
    page.head.append(link);
  }
  view.dispatchEvent(new Event('themechange'));
}

const send = (url, signal) => {
  const body = new FormData(form);
  body.set('preview_mode', mode);
  return fetch(url, { method: 'POST', body, signal, headers: { Accept: 'application/json' } });
};

let running;
async function tryOut() {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await send(form.dataset.try, running.signal);
    const { css: made, report, problem } = await answer.json();
    const place = $('[data-report]');
    if (problem) return complain(place, problem);
    css = made;
    place.innerHTML = report; // our own server's fragment
    wear();
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
  return undefined;
}

function complain(place, sentence) {
  const box = document.createElement('p');
  box.className = 'callout bad';
  box.setAttribute('role', 'alert');
  box.textContent = sentence;
  place.replaceChildren(box);
}

let waiting;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(tryOut, 90);
};

form.addEventListener('input', (event) => {
  const { target } = event;
  if (target.dataset.for) document.getElementById(target.dataset.for).value = target.value.toUpperCase();
  const picker = $(`[type=color][data-for="${target.id}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(target.value)) picker.value = target.value.toLowerCase();
  const output = $(`output[for="${target.id}"]`);
  if (output) output.textContent = target.value + output.dataset.unit;
  soon();
});

form.addEventListener('change', async () => {
  const answer = await send(form.dataset.save);
  const { saved } = await answer.json();
  if (saved) $('[data-saved]').textContent = saved;
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-page],[data-dev],[data-mode-of],[data-colour]');
  if (!button || button === frame) return;
  const { page, dev, modeOf, colour } = button.dataset;
  if (page) iframe.src = `${page}?mode=${mode}`;
  if (dev) {
    device = dev;
    frame.dataset.dev = dev;
    requestAnimationFrame(fit);
  }
  if (modeOf) {
    mode = modeOf;
    wear();
    tryOut();
  }
  if (colour) {
    const input = $('#t-brand');
    input.value = colour.toUpperCase();
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
});

// Links of the sample pages lead nowhere.
const still = () => iframe.contentDocument?.addEventListener('click', (event) => {
  if (event.target.closest('a')) event.preventDefault();
});
iframe.addEventListener('load', () => {
  still();
  wear();
});
for (const details of $$('.acc-s[data-key]')) {
  const key = `studio:${details.dataset.key}`;
  if (sessionStorage.getItem(key)) details.open = sessionStorage.getItem(key) === 'open';
  details.addEventListener('toggle', () => sessionStorage.setItem(key, details.open ? 'open' : 'shut'));
}
fit();
wear();
