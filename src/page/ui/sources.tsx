// How files come in: dropped, chosen or pasted; and those that are there.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { EXAMPLE_NAME, exampleText } from '../example.ts';
import { sizeText } from '../view/format.ts';
import type { Source } from '../worker/protocol.ts';

export type AddSources = (sources: Source[]) => void;

function sourcesOfFiles(files: Iterable<File>): Source[] {
  return [...files].map((file) => ({ name: file.name, blob: file }));
}

export function sourceOfText(name: string, text: string): Source {
  return { name, blob: new Blob([text]) };
}

const isInput = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select') !== null;

/** Takes what is dropped or pasted anywhere on the page; returns whether something hovers over it. */
export function useIncoming(onAdd: AddSources, onPasted: (text: string) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef({ onAdd, onPasted });
  latest.current = { onAdd, onPasted };
  // at once: an effect that waits for a frame would lose what is dropped before it
  useLayoutEffect(() => {
    const listeners = new AbortController();
    const on = <K extends keyof DocumentEventMap>(type: K, listener: (event: DocumentEventMap[K]) => void) =>
      document.addEventListener(type, listener, { signal: listeners.signal });
    on('dragover', (event) => {
      event.preventDefault();
      setIsOver(true);
    });
    on('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) setIsOver(false);
    });
    on('drop', (event) => {
      event.preventDefault();
      setIsOver(false);
      const { files = [] } = event.dataTransfer ?? {};
      const text = event.dataTransfer?.getData('text/plain') ?? '';
      if (files.length > 0) latest.current.onAdd(sourcesOfFiles(files));
      else if (text !== '') latest.current.onPasted(text);
    });
    on('paste', (event) => {
      if (isInput(event.target)) return;
      const { files = [] } = event.clipboardData ?? {};
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (files.length > 0) latest.current.onAdd(sourcesOfFiles(files));
      else if (text.trim() !== '') latest.current.onPasted(text);
    });
    return () => listeners.abort();
  }, []);
  return isOver;
}

interface InputsProps {
  onAdd: AddSources;
  onPasted: (text: string) => void;
  isFirst?: boolean;
}

/** The buttons for whoever does not drop files. */
export function Inputs({ onAdd, onPasted, isFirst }: InputsProps) {
  const files = useRef<HTMLInputElement>(null);
  const [isPasting, setIsPasting] = useState(false);
  return (
    <span class="inputs">
      <button type="button" class={isFirst ? 'primary' : ''} onClick={() => files.current!.click()}>
        {isFirst ? 'Choose files' : 'Add files'}
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={({ currentTarget }) => {
          const chosen = sourcesOfFiles(currentTarget.files ?? []);
          // the same file can be chosen again
          currentTarget.value = '';
          if (chosen.length > 0) onAdd(chosen);
        }}
      />
      <button type="button" onClick={() => setIsPasting(true)}>
        Paste
      </button>
      {isFirst && (
        <button type="button" onClick={() => onAdd([sourceOfText(EXAMPLE_NAME, exampleText())])}>
          Try an example
        </button>
      )}
      {isPasting && <PasteDialog onClose={() => setIsPasting(false)} onPasted={onPasted} />}
    </span>
  );
}

function PasteDialog({ onClose, onPasted }: { onClose: () => void; onPasted: (text: string) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  useEffect(() => dialog.current!.showModal(), []);
  const take = (): void => {
    onClose();
    if (text.trim() !== '') onPasted(text);
  };
  return (
    <dialog ref={dialog} aria-labelledby="paste-title" onClose={onClose}>
      <h2 id="paste-title">Paste a manifest or a list of objects</h2>
      <textarea
        aria-labelledby="paste-title"
        rows={14}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div class="dialog-buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="primary" onClick={take}>
          Plan it
        </button>
      </div>
    </dialog>
  );
}

interface SourceListProps {
  sources: readonly Source[];
  onRemove: (name: string) => void;
}

export function SourceList({ sources, onRemove }: SourceListProps) {
  return (
    <ul class="sources" aria-label="Files">
      {sources.map(({ name, blob }) => (
        <li key={name}>
          <span class="source-name" title={name}>
            {name}
          </span>
          <span class="muted">{sizeText(blob.size)}</span>
          <button type="button" class="bare" aria-label={`Remove ${name}`} onClick={() => onRemove(name)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
