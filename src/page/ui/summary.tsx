// What a plan comes to: a sentence, and how full the cluster and its zones become.
import { amountText, countOf, countText, millisecondsText, shortName } from '../view/format.ts';
import type { PlanView } from '../view/types.ts';
import { Bar, Change, Share } from './bar.tsx';

export function Summary({ view }: { view: PlanView }) {
  return (
    <section class="summary" aria-label="Summary">
      <h1>{headline(view)}</h1>
      <p class="muted">{details(view)}</p>
      <div class="overview">
        <Resources view={view} />
        <Zones view={view} />
      </div>
    </section>
  );
}

export function headline({ pods, waiting }: PlanView): string {
  const all = pods.names.length;
  if (all === 0) return 'No pod is waiting for a node';
  const waits = waiting.reduce((sum, group) => sum + group.pods.length, 0);
  const used = new Set(pods.nodes);
  used.delete(-1);
  const placed = `${countText(all - waits)} of ${countText(all)} pods placed on ${countOf(used.size, 'node')}`;
  if (waits === 0) return placed;
  return `${placed}, ${countText(waits)} ${waits === 1 ? 'waits' : 'wait'}`;
}

function details({ running, preempted, nodes, decidingMs, readingMs }: PlanView): string {
  return [
    countOf(nodes.names.length, 'node'),
    `${countOf(running, 'pod')} there before`,
    ...(preempted > 0 ? [`${countText(preempted)} preempted`] : []),
    `read in ${millisecondsText(readingMs)}`,
    `decided in ${millisecondsText(decidingMs)}`,
  ].join(' · ');
}

function Resources({ view: { resources } }: { view: PlanView }) {
  return (
    <div class="overview-table">
      <table>
        <caption>Requested of the cluster</caption>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col" class="numeric wide-only">
              Allocatable
            </th>
            <th scope="col" class="numeric wide-only">
              Before
            </th>
            <th scope="col" class="numeric">
              After
            </th>
            <th scope="col" class="bar-head">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {resources.map(({ name, unit, totals }) => (
            <tr key={name}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td class="numeric wide-only">{amountText(totals.allocatable, unit)}</td>
              <td class="numeric muted wide-only">{amountText(totals.before, unit)}</td>
              <td class="numeric">{amountText(totals.after, unit)}</td>
              <td>
                <Share {...totals} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** More resources than these do not fit beside each other. */
const COLUMNS = 4;

function Zones({ view: { zones, resources } }: { view: PlanView }) {
  const shown = resources.slice(0, COLUMNS);
  return (
    <div class="overview-table zones" role="region" aria-label="Zones" tabIndex={0}>
      <table>
        <caption>By zone, before and after</caption>
        <thead>
          <tr>
            <th scope="col">Zone</th>
            <th scope="col" class="numeric">
              Nodes
            </th>
            {shown.map(({ name }) => (
              <th key={name} scope="col" class="numeric" title={name}>
                {shortName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {zones.map(({ name, nodes, totals }) => (
            <tr key={name}>
              <th scope="row">{zoneText(name)}</th>
              <td class="numeric">{countText(nodes)}</td>
              {shown.map((resource, n) => (
                <td key={resource.name} class="numeric">
                  <Change {...totals[n]!} />
                  <Bar {...totals[n]!} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function zoneText(name: string): string {
  return name === '' ? 'no zone' : name;
}
