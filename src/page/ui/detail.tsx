// One thing in detail: a node, a pod, or pods that wait, with the reasons that the worker finds.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { amountText, countOf, countText, shortNode } from '../view/format.ts';
import type { ExplanationView, PlanView } from '../view/types.ts';
import { Share } from './bar.tsx';
import { Explanation } from './explanation.tsx';
import type { Selection } from './selection.ts';
import { zoneText } from './summary.tsx';

export type Explain = (pod: string) => Promise<ExplanationView>;

interface DetailProps {
  view: PlanView;
  selection: Selection;
  explain: Explain;
}

/** What the heading is called, which takes the focus when the reader goes on to the detail. */
export const DETAIL_HEADING = 'detail-heading';

/** Names beyond these are counted. */
const NAMES_SHOWN = 30;

export function Detail(props: DetailProps) {
  switch (props.selection.kind) {
    case 'node':
      return <NodeDetail {...props} node={props.selection.node} />;
    case 'pod':
      return <PodDetail {...props} pod={props.selection.pod} />;
    case 'waiting':
      return <WaitingDetail {...props} group={props.selection.group} />;
  }
}

function Heading({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <h2 id={DETAIL_HEADING} tabIndex={-1}>
        {title}
      </h2>
      <p class="muted">{children}</p>
    </>
  );
}

function NodeDetail({ view, node }: DetailProps & { node: number }) {
  const { nodes, zones, resources, pods } = view;
  const placed = pods.names.filter((_, n) => pods.nodes[n] === node);
  const added = nodes.added[node]!;
  const removed = nodes.removed[node]!;
  return (
    <>
      <Heading title={nodes.names[node]!}>
        {zoneText(zones[nodes.zones[node]!]!.name)} · {countOf(added, 'pod')} placed
        {removed > 0 && ` · ${removed} preempted`}
      </Heading>
      <table>
        <caption class="hidden">Requested of the node</caption>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col" class="numeric">
              After
            </th>
            <th scope="col" class="numeric">
              Of
            </th>
            <th scope="col" class="bar-head">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {resources.map(({ name, unit, allocatable, before, after }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="numeric">{amountText(after[node]!, unit)}</td>
              <td class="numeric muted">{amountText(allocatable[node]!, unit)}</td>
              <td>
                <Share allocatable={allocatable[node]!} before={before[node]!} after={after[node]!} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {nodes.marks[node]!.length > 0 && (
        <>
          <h3>Keeps pods away</h3>
          <Names names={nodes.marks[node]!} />
        </>
      )}
      {placed.length > 0 && (
        <>
          <h3>Pods placed here</h3>
          <Names names={placed} />
        </>
      )}
    </>
  );
}

function PodDetail({ view, pod, explain }: DetailProps & { pod: number }) {
  const { pods, nodes } = view;
  const node = nodes.names[pods.nodes[pod]!];
  const victims = pods.victims.get(pod);
  return (
    <>
      <Heading title={pods.names[pod]!}>{pods.groups[pods.ofGroup[pod]!]}</Heading>
      <p class="verdict">
        {node === undefined
          ? 'Waits: no node does.'
          : `Goes to ${shortNode(node, nodes.domain)}, of ${countOf(pods.feasible[pod]!, 'node')} that would do.`}
      </p>
      {victims !== undefined && (
        <>
          <h3>Pods that make way</h3>
          <Names names={victims} />
        </>
      )}
      <Explained pod={pods.names[pod]!} explain={explain} view={view} planned={node} />
    </>
  );
}

function WaitingDetail({ view, group, explain }: DetailProps & { group: number }) {
  const { pods } = view;
  const waiting = view.waiting[group]!;
  const names = Array.from(waiting.pods, (pod) => pods.names[pod]!);
  return (
    <>
      <Heading title={waiting.group}>
        {countText(names.length)} {names.length === 1 ? 'pod waits' : 'pods wait'}
      </Heading>
      <p class="verdict">{waiting.message}</p>
      <Explained pod={names[0]!} explain={explain} view={view} />
      <h3>Pods</h3>
      <Names names={names} />
    </>
  );
}

type Answer = { explanation: ExplanationView } | { fault: string };

interface ExplainedProps {
  pod: string;
  explain: Explain;
  view: PlanView;
  /** The node that the plan puts it on. */
  planned?: string;
}

function Explained({ pod, explain, view, planned }: ExplainedProps) {
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    let isWanted = true;
    setAnswer(undefined);
    const tell = (told: Answer): void => {
      if (isWanted) setAnswer(told);
    };
    explain(pod).then(
      (explanation) => tell({ explanation }),
      (error: unknown) => tell({ fault: (error as Error).message }),
    );
    return () => {
      isWanted = false;
    };
  }, [pod, explain, view]);
  if (answer === undefined) return <p class="muted">Looking at every node…</p>;
  if ('fault' in answer) return <p class="muted">It cannot be explained: {answer.fault}</p>;
  return <Explanation explanation={answer.explanation} domain={view.nodes.domain} planned={planned} />;
}

function Names({ names }: { names: readonly string[] }) {
  const rest = names.length - NAMES_SHOWN;
  return (
    <ul class="names">
      {names.slice(0, NAMES_SHOWN).map((name) => (
        <li key={name}>{name}</li>
      ))}
      {rest > 0 && <li class="muted">and {countText(rest)} more</li>}
    </ul>
  );
}
