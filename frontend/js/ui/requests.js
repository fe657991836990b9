// htmx: the CSRF token rides along, a lost session goes to sign-in, long pages get a hairline.
import { $, root } from './dom.js';

document.addEventListener('htmx:config:request', (event) => {
  const token = $('meta[name=csrf]')?.content;
  const request = event.detail?.ctx?.request;
  if (token && request && !/^(GET|HEAD)$/i.test(request.method)) request.headers['X-CSRFToken'] = token;
});

addEventListener('scroll', () => root.classList.toggle('scrolled', scrollY > 4), { passive: true });
