// Shares of what is allocatable, as bars and in numbers.
import { percentOf, percentText } from '../view/format.ts';
import type { Totals } from '../view/types.ts';

const shareText = (percent: number) => `${Math.max(0, Math.min(100, percent)).toFixed(2)}%`;

/** What is asked for before and after the plan; the numbers stand beside it, so that it says nothing itself. */
export function Bar({ allocatable, before, after }: Totals) {
  const [from, to] = [percentOf(before, allocatable) ?? 0, percentOf(after, allocatable) ?? 0];
  const kept = Math.min(from, to);
  const change = to < from ? 'removed' : to > 100 ? 'over' : 'added';
  return (
    <span class="bar" aria-hidden="true">
      <span class="bar-before" style={{ width: shareText(kept) }} />
      <span class={`bar-${change}`} style={{ width: shareText(Math.min(100, Math.max(from, to)) - kept) }} />
    </span>
  );
}

/** "41 → 63 %", or "41 %" of what does not change. */
export function Change({ allocatable, before, after }: Totals) {
  const [from, to] = [percentOf(before, allocatable), percentOf(after, allocatable)].map(percentText);
  if (from === to) return <span class="number">{to}</span>;
  return (
    <span class="number">
      <span class="muted">{from!.replace(' %', '')} → </span>
      {to}
    </span>
  );
}

export function Share(totals: Totals) {
  return (
    <span class="share">
      <Bar {...totals} />
      <Change {...totals} />
    </span>
  );
}
