// Dialogs open by id, close by button, backdrop or Esc; focus goes back to the opener by itself.
import { $ } from './dom.js';

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open || !dialog.showModal) return;
  dialog.showModal();
  dialog.dispatchEvent(new Event('opened'));
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener) openDialog(opener.dataset.open);
  if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close();
  if (event.target.matches('dialog')) event.target.close();
});

// A fragment that lands in the drawer opens it.
document.addEventListener('htmx:after:swap', (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  if (target?.id === 'drawer-body') openDialog('drawer');
});

// A submit button with data-confirm asks first, in the one dialog that every page carries.
let waiting = null;
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-confirm]');
  const dialog = $('#confirm');
  if (!button || !dialog || button === waiting) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  $('[data-question]', dialog).textContent = button.dataset.confirm;
  const yes = $('[data-yes]', dialog);
  yes.textContent = button.textContent.trim();
  yes.className = button.matches('.btn-danger') ? 'btn btn-danger' : 'btn btn-primary';
  yes.onclick = () => {
    dialog.close();
    waiting = button;
    button.click();
    waiting = null;
  };
  dialog.showModal();
}, true);

// Menus are popovers; they hang below their button, inside the window.
document.addEventListener('beforetoggle', (event) => {
  const menu = event.target;
  if (event.newState !== 'open' || !menu.matches('.menu[popover]')) return;
  const button = $(`[popovertarget="${menu.id}"]`);
  if (!button) return;
  const box = button.getBoundingClientRect();
  requestAnimationFrame(() => {
    const width = menu.offsetWidth;
    const rtl = document.documentElement.dir === 'rtl';
    const wanted = rtl ? box.left : box.right - width;
    menu.style.left = `${Math.max(8, Math.min(wanted, innerWidth - width - 8)) + scrollX}px`;
    const below = box.bottom + 4 + menu.offsetHeight < innerHeight;
    menu.style.top = `${(below ? box.bottom : Math.max(8, box.top - menu.offsetHeight - 8)) + scrollY}px`;
  });
}, true);
