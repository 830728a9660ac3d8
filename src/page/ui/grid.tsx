// A table of any number of rows, of which only those that are seen are in the document. The arrow keys walk its rows.
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SortKey } from '../view/ordering.ts';

export interface Column {
  title: string;
  /** A track of CSS' grid. */
  width: string;
  isNumeric?: boolean;
  /** Left out where there is little room. */
  isWideOnly?: boolean;
  sortKey?: SortKey;
  cell: (row: number) => ComponentChildren;
}

export interface Sorting {
  column: number;
  descending: boolean;
}

interface GridProps {
  /** Begins the ids of its rows. */
  id: string;
  label: string;
  columns: readonly Column[];
  rows: ArrayLike<number>;
  rowHeight: number;
  /** The row that is shown in detail. */
  selected?: number;
  onSelect: (row: number) => void;
  /** The reader wants to go on to the detail. */
  onOpen: () => void;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  empty: string;
}

const OVERSCAN = 6;
const HEADER_HEIGHT = 34;
const BORDERS = 2;

export function Grid(props: GridProps) {
  const { id, label, columns, rows, rowHeight, selected } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const [height, setHeight] = useState(0);
  const at = selected === undefined ? -1 : Array.prototype.indexOf.call(rows, selected);
  useLayoutEffect(() => observeHeight(scroller.current!, setHeight), []);
  useEffect(() => {
    if (at >= 0) reveal(scroller.current!, at * rowHeight, rowHeight);
  }, [at, rowHeight]);
  const count = Math.ceil(height / rowHeight) + 2 * OVERSCAN;
  const from = Math.max(0, Math.min(first - OVERSCAN, rows.length - count));
  const seen = Array.from({ length: Math.max(0, Math.min(count, rows.length - from)) }, (_, n) => from + n);
  const tracks = (isCounted: (column: Column) => boolean) =>
    columns
      .filter(isCounted)
      .map(({ width }) => width)
      .join(' ');
  const style = {
    '--tracks': tracks(() => true),
    '--narrow-tracks': tracks(({ isWideOnly }) => !isWideOnly),
    ...(rows.length > 0 && { height: `${HEADER_HEIGHT + rows.length * rowHeight + BORDERS}px` }),
  };
  return (
    <div
      ref={scroller}
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at >= from && at < from + seen.length ? `${id}-${at}` : undefined}
      tabIndex={0}
      style={style}
      onScroll={({ currentTarget }) => setFirst(Math.floor(currentTarget.scrollTop / rowHeight))}
      onKeyDown={(event) => onKey(event, props, at)}
    >
      <Header {...props} />
      <div role="rowgroup" class="grid-rows" style={{ height: `${rows.length * rowHeight}px` }}>
        {seen.map((n) => (
          // rows that come into sight take over what others leave
          <Row key={n % count} n={n} {...props} />
        ))}
      </div>
      {rows.length === 0 && <p class="grid-empty">{props.empty}</p>}
    </div>
  );
}

function classOf({ isNumeric, isWideOnly }: Column): string {
  return `${isNumeric ? 'numeric' : ''} ${isWideOnly ? 'wide-only' : ''}`.trim();
}

function Header({ columns, sorting, onSort }: GridProps) {
  return (
    <div role="rowgroup" class="grid-head">
      <div role="row" aria-rowindex={1} class="grid-row">
        {columns.map((column, n) => {
          const isSorted = sorting?.column === n;
          const order = isSorted ? (sorting.descending ? 'descending' : 'ascending') : undefined;
          return (
            <div
              key={column.title}
              role="columnheader"
              class={classOf(column)}
              aria-sort={order}
              aria-colindex={n + 1}
            >
              {column.sortKey === undefined || onSort === undefined ? (
                column.title
              ) : (
                <button
                  type="button"
                  class="sort"
                  onClick={() =>
                    onSort({ column: n, descending: isSorted ? !sorting.descending : !!column.isNumeric })
                  }
                >
                  {column.title}
                  <span class="sort-mark" aria-hidden="true">
                    {order === 'descending' ? '↓' : order === 'ascending' ? '↑' : ''}
                  </span>
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ n, id, columns, rows, rowHeight, selected, onSelect }: GridProps & { n: number }) {
  const row = rows[n]!;
  return (
    <div
      id={`${id}-${n}`}
      role="row"
      aria-rowindex={n + 2}
      aria-selected={row === selected}
      class={`grid-row ${n % 2 === 1 ? 'odd' : ''}`}
      style={{ top: `${n * rowHeight}px`, height: `${rowHeight}px` }}
      onClick={() => onSelect(row)}
    >
      {columns.map((column, c) => (
        <div key={column.title} role="gridcell" class={classOf(column)} aria-colindex={c + 1}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

function onKey(event: TargetedKeyboardEvent<HTMLDivElement>, props: GridProps, at: number): void {
  const { currentTarget, target, key } = event;
  // the headers' buttons have keys of their own
  if (target !== currentTarget) return;
  const { rows, rowHeight, onSelect, onOpen } = props;
  const page = Math.max(1, Math.floor((currentTarget.clientHeight - HEADER_HEIGHT) / rowHeight) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rows.length - 1,
  };
  const next = steps[key];
  if (key === 'Enter' && at >= 0) onOpen();
  else if (next === undefined || rows.length === 0) return;
  else onSelect(rows[Math.max(0, Math.min(next, rows.length - 1))]!);
  event.preventDefault();
}

function observeHeight(element: Element, tell: (height: number) => void): () => void {
  const observer = new ResizeObserver(() => tell(element.clientHeight));
  observer.observe(element);
  return () => observer.disconnect();
}

function reveal(scroller: Element, top: number, rowHeight: number): void {
  const seen = scroller.clientHeight - HEADER_HEIGHT;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowHeight > scroller.scrollTop + seen) scroller.scrollTop = top + rowHeight - seen;
}
