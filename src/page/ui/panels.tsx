// The tables of a plan: waiting pods, nodes with their map, all pods, and notes on the input.
import { useMemo, useState } from 'preact/hooks';
import { countText, shortName, shortNode } from '../view/format.ts';
import { holding, orderedRows } from '../view/ordering.ts';
import type { PlanView } from '../view/types.ts';
import { Share } from './bar.tsx';
import { Grid, type Column, type Sorting } from './grid.tsx';
import { NodeMap } from './node-map.tsx';
import { rowIn, type Selection } from './selection.ts';
import { zoneText } from './summary.tsx';

export interface PanelProps {
  view: PlanView;
  selection: Selection | undefined;
  onSelect: (selection: Selection) => void;
  onOpen: () => void;
}

const ROW_HEIGHT = 32;
const REASON_HEIGHT = 56;

export function WaitingPanel({ view, selection, onSelect, onOpen }: PanelProps) {
  const columns: Column[] = [
    {
      title: 'Pods',
      width: '44px',
      isNumeric: true,
      cell: (row) => countText(view.waiting[row]!.pods.length),
    },
    { title: 'Of', width: 'minmax(0, 1fr)', cell: (row) => view.waiting[row]!.group },
    {
      title: 'Reason',
      width: 'minmax(0, 2.4fr)',
      cell: (row) => <span class="reason">{view.waiting[row]!.message}</span>,
    },
  ];
  return (
    <Grid
      id="waiting"
      label="Waiting pods"
      columns={columns}
      rows={view.waiting.map((_, n) => n)}
      rowHeight={REASON_HEIGHT}
      selected={rowIn(selection, 'waiting')}
      onSelect={(group) => onSelect({ kind: 'waiting', group })}
      onOpen={onOpen}
      empty="Every pod has a node."
    />
  );
}

/** Rows that a text is looked for in, and that a column orders. */
function useRows(
  count: number,
  columns: readonly Column[],
  textsOf: (row: number) => readonly string[],
): {
  rows: Uint32Array;
  query: string;
  setQuery: (query: string) => void;
  sorting?: Sorting;
  setSorting: (sorting: Sorting) => void;
} {
  const [query, setQuery] = useState('');
  const [sorting, setSorting] = useState<Sorting>();
  const rows = useMemo(() => {
    const key = sorting && columns[sorting.column]!.sortKey;
    return orderedRows(count, holding(query, textsOf), key && { key, descending: sorting.descending });
  }, [count, columns, query, sorting]);
  return { rows, query, setQuery, sorting, setSorting };
}

interface FilterProps {
  label: string;
  query: string;
  onQuery: (query: string) => void;
  found: number;
  all: number;
}

function Filter({ label, query, onQuery, found, all }: FilterProps) {
  return (
    <div class="filter">
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={query}
        spellcheck={false}
        onInput={({ currentTarget }) => onQuery(currentTarget.value)}
      />
      <span class="muted" role="status">
        {query === '' ? '' : `${countText(found)} of ${countText(all)}`}
      </span>
    </div>
  );
}

/** More resources than these do not fit beside each other. */
const RESOURCE_COLUMNS = 4;

function nodeColumns({ nodes, zones, resources }: PlanView): Column[] {
  const totals = (row: number, n: number) => {
    const { allocatable, before, after } = resources[n]!;
    return { allocatable: allocatable[row]!, before: before[row]!, after: after[row]! };
  };
  return [
    {
      title: 'Node',
      width: 'minmax(0, 1.4fr)',
      sortKey: (row) => nodes.names[row]!,
      cell: (row) => <span title={nodes.names[row]}>{shortNode(nodes.names[row]!, nodes.domain)}</span>,
    },
    {
      title: 'Zone',
      width: 'minmax(0, 1fr)',
      isWideOnly: true,
      sortKey: (row) => nodes.zones[row]!,
      cell: (row) => zoneText(zones[nodes.zones[row]!]!.name),
    },
    {
      title: 'Placed',
      width: '60px',
      isNumeric: true,
      sortKey: (row) => nodes.added[row]!,
      cell: (row) => (
        <>
          {nodes.removed[row]! > 0 && <span class="removed">−{countText(nodes.removed[row]!)} </span>}
          {nodes.added[row]! > 0 ? `+${countText(nodes.added[row]!)}` : <span class="muted">0</span>}
        </>
      ),
    },
    ...resources.slice(0, RESOURCE_COLUMNS).map(({ name }, n): Column => ({
      title: shortName(name),
      width: 'minmax(116px, 1fr)',
      isNumeric: true,
      isWideOnly: n > 0,
      sortKey: (row) => {
        const { allocatable, after } = totals(row, n);
        return allocatable > 0 ? after / allocatable : -1;
      },
      cell: (row) => <Share {...totals(row, n)} />,
    })),
  ];
}

export function NodesPanel({ view, selection, onSelect, onOpen }: PanelProps) {
  const [resource, setResource] = useState(0);
  const columns = useMemo(() => nodeColumns(view), [view]);
  const { names, zones, marks } = view.nodes;
  const { rows, query, setQuery, sorting, setSorting } = useRows(names.length, columns, (row) => [
    names[row]!,
    view.zones[zones[row]!]!.name,
    ...marks[row]!,
  ]);
  const selected = rowIn(selection, 'node');
  const select = (node: number) => onSelect({ kind: 'node', node });
  return (
    <>
      <NodeMap
        view={view}
        resource={view.resources[resource] ?? view.resources[0]!}
        selected={selected}
        onSelect={select}
        onOpen={onOpen}
      >
        <label>
          Fill by{' '}
          <select value={resource} onChange={({ currentTarget }) => setResource(Number(currentTarget.value))}>
            {view.resources.map(({ name }, n) => (
              <option key={name} value={n}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <ul class="legend" aria-label="Legend">
          <li class="is-before">before</li>
          <li class="is-added">added by the plan</li>
          {view.preempted > 0 && <li class="is-removed">given up</li>}
        </ul>
      </NodeMap>
      <Filter label="Filter nodes" query={query} onQuery={setQuery} found={rows.length} all={names.length} />
      <Grid
        id="nodes"
        label="Nodes"
        columns={columns}
        rows={rows}
        rowHeight={ROW_HEIGHT}
        selected={selected}
        onSelect={select}
        onOpen={onOpen}
        sorting={sorting}
        onSort={setSorting}
        empty="No node has this text."
      />
    </>
  );
}

function podColumns({ pods, nodes }: PlanView): Column[] {
  const nodeOf = (row: number) => nodes.names[pods.nodes[row]!];
  return [
    {
      title: 'Pod',
      width: 'minmax(0, 1.6fr)',
      sortKey: (row) => pods.names[row]!,
      cell: (row) => pods.names[row],
    },
    {
      title: 'Of',
      width: 'minmax(0, 1.2fr)',
      isWideOnly: true,
      sortKey: (row) => pods.groups[pods.ofGroup[row]!]!,
      cell: (row) => pods.groups[pods.ofGroup[row]!],
    },
    {
      title: 'Node',
      width: 'minmax(0, 1fr)',
      sortKey: (row) => nodeOf(row) ?? '',
      cell: (row) => {
        const node = nodeOf(row);
        return node === undefined ? <span class="waits">waits</span> : shortNode(node, nodes.domain);
      },
    },
    {
      title: 'Score',
      width: '80px',
      isNumeric: true,
      isWideOnly: true,
      sortKey: (row) => pods.scores[row]!,
      cell: (row) => (pods.nodes[row]! < 0 ? <span class="muted">–</span> : countText(pods.scores[row]!)),
    },
    {
      title: 'Feasible',
      width: '76px',
      isNumeric: true,
      sortKey: (row) => pods.feasible[row]!,
      cell: (row) => countText(pods.feasible[row]!),
    },
  ];
}

export function PodsPanel({ view, selection, onSelect, onOpen }: PanelProps) {
  const columns = useMemo(() => podColumns(view), [view]);
  const { pods, nodes } = view;
  const { rows, query, setQuery, sorting, setSorting } = useRows(pods.names.length, columns, (row) => [
    pods.names[row]!,
    pods.groups[pods.ofGroup[row]!]!,
    nodes.names[pods.nodes[row]!] ?? 'waits',
  ]);
  return (
    <>
      <Filter
        label="Filter pods"
        query={query}
        onQuery={setQuery}
        found={rows.length}
        all={pods.names.length}
      />
      <Grid
        id="pods"
        label="Pods"
        columns={columns}
        rows={rows}
        rowHeight={ROW_HEIGHT}
        selected={rowIn(selection, 'pod')}
        onSelect={(pod) => onSelect({ kind: 'pod', pod })}
        onOpen={onOpen}
        sorting={sorting}
        onSort={setSorting}
        empty={pods.names.length === 0 ? 'The files hold no pod that waits.' : 'No pod has this text.'}
      />
    </>
  );
}

/** More notes than these are counted. */
const NOTES_SHOWN = 200;

export function NotesPanel({ view: { notes } }: { view: PlanView }) {
  if (notes.length === 0) return <p class="muted">Everything in the files was used as it is.</p>;
  return (
    <>
      <dl class="notes">
        {notes.slice(0, NOTES_SHOWN).map(({ kind, title, text }, n) => (
          <div key={n} class={kind}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {notes.length > NOTES_SHOWN && <p class="muted">and {countText(notes.length - NOTES_SHOWN)} more</p>}
    </>
  );
}
