// <modwatch-chart>: messages and violations over one time axis, two charts that share a crosshair.
// Set `.period`, `.series` ([{timestamp, messages, violations}]), `.previous` ({messages, violations}, as long) and
// `.marks` ([{timestamp, words, tone}]). Left and right arrow keys move the crosshair, a finger does too.
import uPlot from 'uplot';
import { chartOptions, CHARTS } from './chart-options.js';
import { reading } from './chart-words.js';
import { element } from './element.js';
import { BEFORE_WORDS } from './time.js';

let created = 0;

class ModwatchChart extends HTMLElement {
  #series = [];
  #previous = {};
  #marks = [];
  #plots = [];
  #frames = [];
  #reading = null;
  #sizes = new ResizeObserver(() => this.#resize());
  #repaint = () => this.#build();
  #syncKey = `modwatch-${(created += 1)}`;
  #index = null;
  #turn = 0;

  set series(series) {
    if (series === this.#series) return;
    const sameShape = series.length === this.#series.length && this.#plots.length === CHARTS.length;
    this.#series = series;
    // New figures on the same axis are put in place; everything else is drawn afresh.
    if (sameShape) this.#plots.forEach((plot, at) => plot.setData(this.#data(CHARTS[at])));
    else this.#buildSoon();
    this.#say();
  }

  /** Faint lines to compare with; none where nothing was counted then. */
  set previous(previous) {
    this.#previous = Object.fromEntries(Object.entries(previous ?? {}).filter(([, values]) => values.some(Boolean)));
    this.classList.toggle('compared', Object.keys(this.#previous).length > 0);
  }

  set marks(marks) {
    const isSame = marks.length === this.#marks.length && marks.every(({ timestamp, words }, at) => timestamp === this.#marks[at].timestamp && words === this.#marks[at].words);
    this.#marks = marks;
    if (!isSame) for (const plot of this.#plots) plot.redraw(false);
  }

  connectedCallback() {
    if (this.#frames.length === 0) this.#furnish();
    this.#sizes.observe(this);
    window.addEventListener('modwatch:theme', this.#repaint);
    this.#buildSoon();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    window.removeEventListener('modwatch:theme', this.#repaint);
    this.#clear();
  }

  #furnish() {
    this.tabIndex = 0;
    this.#reading = element('p', 'reading');
    this.#reading.setAttribute('aria-live', 'polite');
    this.append(this.#reading);
    for (const { name } of CHARTS) {
      const frame = element('div', 'plot');
      const label = element('p', 'plot-name', name);
      label.append(element('span', 'plot-before', BEFORE_WORDS[this.period]));
      this.append(label, frame);
      this.#frames.push(frame);
    }
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('blur', () => this.#point(null));
    for (const type of ['pointerdown', 'pointermove']) this.addEventListener(type, (event) => this.#touch(event));
  }

  #data({ field }) {
    const before = this.#previous[field] ?? this.#series.map(() => null);
    return [this.#series.map(({ timestamp }) => Date.parse(timestamp) / 1000), this.#series.map((bucket) => bucket[field]), before];
  }

  #build() {
    if (!this.isConnected || this.#series.length === 0) return;
    this.#clear();
    this.#plots = CHARTS.map((chart, at) => this.#plot(chart, at));
    this.#say();
  }

  /** Each chart in a task of its own, so that none keeps a phone from reacting. */
  async #buildSoon() {
    if (!this.isConnected || this.#series.length === 0) return;
    this.#clear();
    const turn = this.#turn;
    for (const [at, chart] of CHARTS.entries()) {
      await new Promise((go) => setTimeout(go));
      if (turn !== this.#turn) return; // built anew or gone meanwhile
      this.#plots.push(this.#plot(chart, at));
    }
  }

  #plot(chart, at) {
    const { width, height } = this.#size(chart);
    const options = chartOptions({
      ...chart, width, height, period: this.period, syncKey: this.#syncKey, onIndex: (index) => this.#say(index), marks: () => this.#marks,
    });
    return new uPlot(options, this.#data(chart), this.#frames[at]);
  }

  #clear() {
    this.#turn += 1;
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
  }

  #size({ share }) {
    const height = Number.parseInt(getComputedStyle(this).getPropertyValue('--charts-height'), 10);
    return { width: Math.max(200, this.clientWidth), height: Math.round(height * share) };
  }

  #resize() {
    this.#plots.forEach((plot, at) => {
      const size = this.#size(CHARTS[at]);
      if (size.width !== plot.width || size.height !== plot.height) plot.setSize(size);
    });
  }

  #key(event) {
    const last = this.#series.length - 1;
    const steps = { ArrowLeft: (this.#index ?? last + 1) - 1, ArrowRight: (this.#index ?? -1) + 1, Home: 0, End: last, Escape: null };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const to = steps[event.key];
    this.#point(to === null ? null : Math.min(last, Math.max(0, to)));
  }

  #point(index) {
    const [plot] = this.#plots;
    if (!plot) return;
    const left = index === null ? -10 : plot.valToPos(plot.data[0][index], 'x');
    plot.setCursor({ left, top: index === null ? -10 : 10 });
  }

  /** uPlot knows the mouse only: a finger on the chart moves the crosshair as well. */
  #touch({ pointerType, clientX, target }) {
    const plot = pointerType === 'touch' && this.#plots.find(({ over }) => over.contains(target));
    if (plot) plot.setCursor({ left: clientX - plot.over.getBoundingClientRect().left, top: 10 });
  }

  #say(index = null) {
    this.#index = index;
    const { period } = this;
    if (this.#reading) this.#reading.textContent = reading({ series: this.#series, previous: this.#previous, marks: this.#marks, period, index });
  }
}

customElements.define('modwatch-chart', ModwatchChart);
