// What the person prefers: light or dark; kept in a cookie that the server reads.
import { root } from './dom.js';

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-act=mode]')) return;
  const dark = root.dataset.mode ? root.dataset.mode === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.mode = dark ? 'light' : 'dark';
  document.cookie = `mode=${root.dataset.mode};path=/;max-age=31536000;samesite=lax`;
  dispatchEvent(new Event('themechange'));
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('themechange')));
