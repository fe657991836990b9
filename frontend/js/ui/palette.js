// Ctrl-K: go to any page of the menu by its name.
import { $, $$ } from './dom.js';
import { openDialog } from './dialogs.js';

const shown = () => $$('#palette [role=option]:not([hidden])');

function select(option) {
  for (const other of $$('#palette [role=option]')) other.setAttribute('aria-selected', String(other === option));
  if (!option) return;
  $('#palette input').setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

function filter(query) {
  const wanted = query.trim().toLowerCase();
  for (const option of $$('#palette [role=option]')) option.hidden = Boolean(wanted) && !option.textContent.toLowerCase().includes(wanted);
  for (const group of $$('#palette [role=group]')) group.hidden = !$('[role=option]:not([hidden])', group);
  select(shown()[0]);
}

$('#palette')?.addEventListener('opened', () => {
  const input = $('#palette input');
  input.value = '';
  filter('');
  input.focus();
});

document.addEventListener('input', (event) => {
  if (event.target.closest('#palette')) filter(event.target.value);
});

document.addEventListener('click', (event) => {
  const option = event.target.closest('#palette [role=option]');
  if (option?.dataset.href) location.assign(option.dataset.href);
});

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openDialog('palette');
    return;
  }
  if (!$('#palette')?.open) return;
  const options = shown();
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    select(options[(at + step + options.length) % options.length]);
  }
  if (event.key === 'Enter' && options[at]?.dataset.href) {
    event.preventDefault();
    location.assign(options[at].dataset.href);
  }
});
