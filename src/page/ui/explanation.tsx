// Why a pod goes where it goes, or what it lacks.
import { amountText, countText, shortNode } from '../view/format.ts';
import type { CandidateView, ExplanationView, RefusalView, ShortageView } from '../view/types.ts';

/** Nodes that are named of those with one reason. */
const NODES_SHOWN = 3;

interface ExplanationProps {
  explanation: ExplanationView;
  /** The end that all nodes' names have. */
  domain: string;
  /** Where the plan puts the pod. */
  planned?: string;
}

export function Explanation({ explanation, domain, planned }: ExplanationProps) {
  const { requests, shortages, refusals, candidates } = explanation;
  return (
    <>
      {candidates.length === 0 && shortages.length > 0 && <Shortages shortages={shortages} domain={domain} />}
      {candidates.length > 0 && <Candidates candidates={candidates} domain={domain} planned={planned} />}
      {refusals.length > 0 && <Refusals refusals={refusals} domain={domain} />}
      {requests.length > 0 && (
        <>
          <h3>Asks for</h3>
          <dl class="pairs">
            {requests.map(({ resource, unit, amount }) => (
              <div key={resource}>
                <dt>{resource}</dt>
                <dd>{amountText(amount, unit)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </>
  );
}

function Shortages({ shortages, domain }: { shortages: readonly ShortageView[]; domain: string }) {
  return (
    <>
      <h3>What is missing</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col" class="numeric">
              Asks
            </th>
            <th scope="col" class="numeric">
              Most free
            </th>
            <th scope="col" class="numeric">
              Missing
            </th>
            <th scope="col">On</th>
          </tr>
        </thead>
        <tbody>
          {shortages.map(({ resource, unit, asked, free, node }) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              <td class="numeric">{amountText(asked, unit)}</td>
              <td class="numeric">{amountText(free, unit)}</td>
              <td class="numeric waits">{amountText(asked - free, unit)}</td>
              <td>{free > 0 ? shortNode(node, domain) : <span class="muted">any node</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Refusals({ refusals, domain }: { refusals: readonly RefusalView[]; domain: string }) {
  return (
    <>
      <h3>Nodes that do not do</h3>
      <table>
        <thead>
          <tr>
            <th scope="col" class="numeric">
              Nodes
            </th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {refusals.map(({ plugin, reasons, nodes }) => (
            <tr key={`${plugin} ${reasons}`}>
              <td class="numeric">{countText(nodes.length)}</td>
              <td>
                {reasons}
                <span class="aside">
                  {plugin} · {someNodes(nodes, domain)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function someNodes(nodes: readonly string[], domain: string): string {
  const rest = nodes.length - NODES_SHOWN;
  const named = nodes.slice(0, NODES_SHOWN).map((name) => shortNode(name, domain));
  return named.join(', ') + (rest > 0 ? ` and ${countText(rest)} more` : '');
}

interface CandidatesProps {
  candidates: readonly CandidateView[];
  domain: string;
  planned?: string;
}

function Candidates({ candidates, domain, planned }: CandidatesProps) {
  return (
    <>
      <h3>Scores if it came last, after all the others</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col" class="numeric">
              Score
            </th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <tr key={candidate.node}>
              <th scope="row" class={candidate.node === planned ? 'chosen' : ''}>
                {shortNode(candidate.node, domain)}
                <span class="aside">{scoresText(candidate.scores)}</span>
              </th>
              <td class="numeric">{countText(candidate.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The plugins that give a score, those that give most first. */
function scoresText(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .filter(([, score]) => score > 0)
    .sort(([, one], [, two]) => two - one)
    .map(([plugin, score]) => `${plugin} ${countText(score)}`)
    .join(' · ');
}
