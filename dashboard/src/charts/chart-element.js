// <modwatch-chart>: messages and violations over one time axis, two charts that share a crosshair.
// Set `.period`, `.series` ([{timestamp, messages, violations}]), `.previous` ({messages, violations}, as long) and
// `.marks` ([{timestamp, words, tone, href}]). Left and right arrow keys move the crosshair, a finger does too; Enter or a
// click opens what a mark leads to.
import uPlot from 'uplot';
import { chartOptions, CHARTS } from './chart-options.js';
import { compare, furnish } from './chart-frames.js';
import { bucketOf, differ, hrefAt, keyTo, plotted, reading, spansOf } from './chart-words.js';
import { byServer } from '../data/clock.js';

let created = 0;

class ModwatchChart extends HTMLElement {
  #series = [];
  #previous = {};
  #marks = [];
  #plots = [];
  #frames = [];
  #befores = [];
  #spans = [];
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
    if (sameShape) this.#renew();
    else this.#buildSoon();
    this.#say(sameShape ? this.#index : null);
  }

  #renew() {
    this.#spans = spansOf(this.#series, this.period, byServer());
    for (const [at, plot] of this.#plots.entries()) plot.setData(this.#plotted(CHARTS[at]));
    compare(this.#befores, this.#series, this.#previous, this.period);
  }

  #plotted(chart) {
    return plotted(this.#series, this.#previous, chart, this.#spans);
  }

  /** Faint lines to compare with; none where nothing was counted then. */
  set previous(previous) {
    this.#previous = Object.fromEntries(
      Object.entries(previous ?? {}).filter(([, values]) => values.some(Boolean)),
    );
    this.classList.toggle('compared', Object.keys(this.#previous).length > 0);
  }

  set marks(marks) {
    const isNew = differ(marks, this.#marks);
    this.#marks = marks;
    for (const plot of isNew ? this.#plots : []) plot.redraw(false);
    if (isNew && this.#index !== null) this.#say(this.#index); // it may lie where the crosshair is
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
    ({ reading: this.#reading, frames: this.#frames, befores: this.#befores } = furnish(this));
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('click', ({ target }) => target.closest('.plot') && this.#open());
    this.addEventListener('blur', () => this.#point(null));
    this.addEventListener('pointerdown', (event) => this.#touch(event));
    this.addEventListener('pointermove', (event) => this.#touch(event));
  }

  #build() {
    if (!this.isConnected || this.#series.length === 0) return;
    this.#clear();
    this.#renew();
    this.#plots = CHARTS.map((chart, at) => this.#plot(chart, at));
    this.#say();
  }

  /** Each chart in a task of its own, so that none keeps a phone from reacting. */
  async #buildSoon() {
    if (!this.isConnected || this.#series.length === 0) return;
    this.#clear();
    this.#renew();
    const turn = this.#turn;
    for (const [at, chart] of CHARTS.entries()) {
      await new Promise((go) => setTimeout(go));
      if (turn !== this.#turn) return; // built anew or gone meanwhile
      this.#plots.push(this.#plot(chart, at));
    }
  }

  #plot(chart, at) {
    const options = chartOptions({
      ...chart,
      ...this.#size(chart),
      period: this.period,
      syncKey: this.#syncKey,
      onIndex: (index) => this.#say(index),
      spans: () => this.#spans,
      marks: () =>
        this.#marks.map(({ timestamp, tone }) => ({ at: bucketOf(this.#series, timestamp), tone })),
    });
    return new uPlot(options, this.#plotted(chart), this.#frames[at]);
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
    if (event.key === 'Enter') return this.#open();
    const to = keyTo(event.key, this.#index, last);
    if (to === undefined) return;
    event.preventDefault();
    this.#point(to);
  }

  #open() {
    const href = hrefAt(this.#index, this.#series, this.#marks);
    if (href) location.hash = href;
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
    this.classList.toggle('leads', hrefAt(index, this.#series, this.#marks) !== null);
    if (this.#reading)
      this.#reading.textContent = reading({
        series: this.#series,
        previous: this.#previous,
        marks: this.#marks,
        period: this.period,
        index,
      });
  }
}

customElements.define('modwatch-chart', ModwatchChart);
