// Toasts: the server sends HX-Trigger: {"toast": {"text": "...", "undo": "/url", "tone": "bad"}}.
import { $, icon, word } from './dom.js';

const ICONS = { bad: 'circle-alert', warn: 'triangle-alert' };

export function toast(text, { undo, tone } = {}) {
  const region = $('.toasts');
  if (!region) return;
  const element = document.createElement('div');
  element.className = `toast ${tone ?? ''}`;
  const sentence = document.createElement('span');
  sentence.textContent = text;
  element.append(icon(ICONS[tone] ?? 'circle-check'), sentence);
  if (undo) {
    const button = document.createElement('button');
    button.textContent = word('undo');
    button.addEventListener('click', () => {
      window.htmx?.ajax('POST', undo, { swap: 'none' });
      element.remove();
    });
    element.append(button);
  }
  region.append(element);
  setTimeout(() => element.remove(), undo ? 9000 : 5000);
}

addEventListener('toast', (event) => toast(event.detail.text, event.detail));

document.addEventListener('click', (event) => {
  const source = event.target.closest('[data-toast],[data-copy]');
  if (!source) return;
  if (source.dataset.toast) toast(source.dataset.toast);
  if (source.dataset.copy) navigator.clipboard?.writeText(source.dataset.copy).then(() => toast(word('copied')));
});
