// Local behaviour of every page. All listeners are delegated, so swapped markup needs no set-up.
import './ui/requests.js';
import './ui/dialogs.js';
import './ui/forms.js';
import './ui/palette.js';
import './ui/tables.js';
import './ui/toasts.js';
import './ui/viewer.js';
import { root } from './ui/dom.js';

const loadCharts = () => {
  if (document.querySelector('[data-chart]')) import(root.dataset.charts).then((module) => module.init());
};
document.addEventListener('htmx:after:swap', loadCharts);
loadCharts();
