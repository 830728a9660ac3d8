// The page: what is known, what is looked at, and where everything stands.
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { Plans, type PlansState } from '../plans.ts';
import { PlanSession } from './session.ts';
import { countText } from '../view/format.ts';
import type { PlanView } from '../view/types.ts';
import { Detail, DETAIL_HEADING, type Explain } from './detail.tsx';
import { FailureMessage, Working } from './messages.tsx';
import { NodesPanel, NotesPanel, PodsPanel, WaitingPanel, type PanelProps } from './panels.tsx';
import type { Selection } from './selection.ts';
import { Inputs, SourceList, sourceOfText, useIncoming } from './sources.tsx';
import { Start } from './start.tsx';
import { headline, Summary } from './summary.tsx';
import { Tabs, type Tab } from './tabs.tsx';

export function App() {
  const [state, setState] = useState<PlansState>({ sources: [], shown: 0 });
  const plans = useMemo(
    () => new Plans((sources, onProgress) => new PlanSession(sources, onProgress), setState),
    [],
  );
  const pasted = useRef(0);
  const { sources, view, attempt, failure, shown } = state;
  const add = useCallback(plans.add.bind(plans), [plans]);
  const paste = (text: string): void => {
    pasted.current++;
    add([sourceOfText(pasted.current === 1 ? 'pasted text' : `pasted text ${pasted.current}`, text)]);
  };
  const explain = useCallback(plans.explain.bind(plans), [plans]);
  const isOver = useIncoming(add, paste);
  const isEmpty = sources.length === 0 && view === undefined;
  return (
    <>
      <header>
        <span class="brand">
          coset <span class="muted">plan</span>
        </span>
        {!isEmpty && (
          <>
            <SourceList sources={sources} onRemove={(name) => plans.remove(name)} />
            <Inputs onAdd={add} onPasted={paste} />
            <button type="button" onClick={() => plans.clear()}>
              Start over
            </button>
          </>
        )}
      </header>
      <main>
        {failure !== undefined && (
          <FailureMessage
            failure={failure}
            hasPlan={view !== undefined}
            onDismiss={() => plans.dismissFailure()}
          />
        )}
        {attempt !== undefined && <Working progress={attempt.progress} onCancel={() => plans.cancel()} />}
        {isEmpty && attempt === undefined && <Start onAdd={add} onPasted={paste} />}
        {view !== undefined && <Plan key={shown} view={view} explain={explain} />}
      </main>
      <p class="hidden" role="status">
        {view !== undefined && attempt === undefined && headline(view)}
      </p>
      {isOver && (
        <div class="drop" aria-hidden="true">
          Drop to plan
        </div>
      )}
    </>
  );
}

const TAB_IDS = ['waiting', 'nodes', 'pods', 'notes'] as const;
type TabId = (typeof TAB_IDS)[number];

function tabsOf(props: PanelProps): Tab[] {
  const { view } = props;
  const waits = view.waiting.reduce((sum, { pods }) => sum + pods.length, 0);
  const tabs: Record<TabId, Omit<Tab, 'id'>> = {
    waiting: { title: 'Waiting', count: countText(waits), panel: () => <WaitingPanel {...props} /> },
    nodes: {
      title: 'Nodes',
      count: countText(view.nodes.names.length),
      panel: () => <NodesPanel {...props} />,
    },
    pods: { title: 'Pods', count: countText(view.pods.names.length), panel: () => <PodsPanel {...props} /> },
    notes: { title: 'Notes', count: countText(view.notes.length), panel: () => <NotesPanel view={view} /> },
  };
  return TAB_IDS.map((id) => ({ id, ...tabs[id] }));
}

/** One plan: what was chosen in another one means nothing here. */
function Plan({ view, explain }: { view: PlanView; explain: Explain }) {
  const isWaiting = view.waiting.length > 0;
  const [shown, setShown] = useState<string>(isWaiting ? 'waiting' : 'nodes');
  const [selection, setSelection] = useState<Selection | undefined>(
    isWaiting ? { kind: 'waiting', group: 0 } : undefined,
  );
  const opened = useRef<HTMLElement>(undefined);
  const summary = useMemo(() => <Summary view={view} />, [view]);
  const open = (): void => {
    if (document.activeElement instanceof HTMLElement) opened.current = document.activeElement;
    document.getElementById(DETAIL_HEADING)?.focus();
  };
  return (
    <>
      {summary}
      <div class="workspace">
        <div class="tables">
          <Tabs
            label="Tables"
            tabs={tabsOf({ view, selection, onSelect: setSelection, onOpen: open })}
            shown={shown}
            onShow={setShown}
          />
        </div>
        <aside
          aria-label="Details"
          onKeyDown={({ key }) => {
            if (key === 'Escape') opened.current?.focus();
          }}
        >
          {selection === undefined ? (
            <p class="muted">Choose a row or a node to see why.</p>
          ) : (
            <Detail view={view} selection={selection} explain={explain} />
          )}
        </aside>
      </div>
    </>
  );
}
