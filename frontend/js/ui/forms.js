// Forms: reveal a password, send a choice at once, count a total, show a chosen file's name.
import { $, $$, root } from './dom.js';

document.addEventListener('click', (event) => {
  const reveal = event.target.closest('[data-reveal]');
  if (reveal) {
    const input = document.getElementById(reveal.dataset.reveal);
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    reveal.setAttribute('aria-pressed', String(!shown));
  }
  const amount = event.target.closest('[data-amount]');
  if (amount) {
    const input = $('.amount input');
    input.value = amount.dataset.amount;
    input.focus();
  }
  const single = event.target.closest('[data-single] > [aria-pressed]');
  if (single) for (const other of single.parentElement.children) other.setAttribute('aria-pressed', String(other === single));
});

document.addEventListener('change', (event) => {
  const control = event.target;
  if (control.matches('[data-autosubmit]')) control.form?.requestSubmit();
  if (control.matches('input[type=file]')) showFile(control);
});

function showFile(control) {
  const label = control.closest('.drop')?.querySelector('[data-file]');
  const file = control.files?.[0];
  if (label && file) label.textContent = `${file.name}, ${(file.size / 1048576).toFixed(1)} MB`;
}

// Plan picker: every ticked [data-price] in [data-total-of] adds to its [data-total] (minor units).
function total(form) {
  const { currency, exponent = '2', lang = root.lang } = form.dataset;
  const sum = $$('[data-price]:checked', form).reduce((all, box) => all + Number(box.dataset.price), Number(form.dataset.base ?? 0));
  const places = Number(exponent);
  const money = new Intl.NumberFormat(lang === 'ar' ? 'ar-u-nu-latn' : lang, {
    style: 'currency', currency, currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: sum % 10 ** places ? places : 0,
  }).format(sum / 10 ** places);
  for (const place of $$('[data-total]', form)) place.textContent = money;
  for (const place of $$('[data-count]', form)) place.textContent = $$('[data-price]:checked', form).length;
  for (const line of $$('[data-line]', form)) line.hidden = !$(`[data-price][value="${line.dataset.line}"]`, form)?.checked;
}
document.addEventListener('input', (event) => {
  const form = event.target.closest('[data-total-of]');
  if (form) total(form);
});
for (const form of $$('[data-total-of]')) total(form);

// A form is sent once: its button sleeps until the answer is there.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented || event.target.method === 'get' || event.target.target) return;
  setTimeout(() => button.setAttribute('aria-disabled', 'true'));
});
addEventListener('pageshow', () => {
  for (const button of $$('button[aria-disabled=true]')) button.removeAttribute('aria-disabled');
});

// After a refused form the first faulty field has the focus.
function focusFault(scope) {
  const fault = $('form[method=post] [aria-invalid=true]', scope);
  if (fault) fault.focus({ preventScroll: false });
}
document.addEventListener('htmx:after:swap', (event) => focusFault(event.target));
focusFault(document);

