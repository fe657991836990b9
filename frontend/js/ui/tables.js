// Tables: a box in the head ticks all, a tick shows the bulk bar; indeterminate comes from the server.
import { $, $$ } from './dom.js';

document.addEventListener('change', (event) => {
  const box = event.target;
  if (!box.matches('.table .pick .check')) return;
  const table = box.closest('table');
  const all = $('thead .check', table);
  const rows = $$('tbody .pick .check', table);
  if (box === all) for (const row of rows) row.checked = all.checked;
  const ticked = rows.filter((row) => row.checked).length;
  if (all) {
    all.checked = ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  }
  const bulk = $('.bulk');
  if (bulk) {
    bulk.hidden = !ticked;
    const count = $('.n b', bulk);
    if (count) count.textContent = ticked;
  }
});

// "/" goes to the filter of the page.
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) return;
  const filter = $('[data-slash]');
  if (filter) {
    event.preventDefault();
    filter.focus();
  }
});
