// How fast an incident went: violations by bucket, as bars of one height scale.
import { html, svg } from 'lit-html';
import { clockTime } from '../ui/time.js';
import { plural } from '../ui/words.js';

const WIDTH = 432;
const HEIGHT = 56;

/** "5 s", "2 min", "1 h". */
export function bucketWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

/** Bars as `[x, y, width, height]`, each at least 2 high where there was anything. */
export function barsOf(violations, width = WIDTH, height = HEIGHT) {
  const most = Math.max(1, ...violations);
  const step = width / Math.max(violations.length, 12); // few bars are not blocks
  return violations.flatMap((count, at) => {
    if (count === 0) return [];
    const high = Math.max(2, (count / most) * height);
    return [[at * step, height - high, Math.max(1, step - 1), high]];
  });
}

export function paceBars({ from, bucket_seconds: seconds, violations }) {
  const most = Math.max(...violations);
  const end = new Date(Date.parse(from) + violations.length * seconds * 1000);
  return html`<figure class="pace">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Pace: at most ${plural(most, 'violation')} in ${bucketWords(seconds)}">
      ${barsOf(violations).map(([x, y, width, height]) => svg`<rect x=${x} y=${y} width=${width} height=${height} />`)}
    </svg>
    <figcaption class="small muted"><span>${clockTime(from)}</span><span>at most ${plural(most, 'violation')} in ${bucketWords(seconds)}</span><span>${clockTime(end)}</span></figcaption>
  </figure>`;
}
