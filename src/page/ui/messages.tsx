// What goes on, and what went wrong.
import { countText } from '../view/format.ts';
import type { PlansState } from '../plans.ts';
import type { Progress } from '../worker/protocol.ts';

export function Working({ progress, onCancel }: { progress?: Progress; onCancel: () => void }) {
  const isDeciding = progress?.step === 'deciding';
  return (
    <div class="working">
      <progress
        aria-label="Progress"
        value={isDeciding && progress.decided > 0 ? progress.decided : undefined}
        max={isDeciding ? progress.pods : undefined}
      />
      <span role="status">{progressText(progress)}</span>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return 'Starting';
  if (progress.step === 'reading') return `Reading ${progress.name}`;
  return `${countText(progress.decided)} of ${countText(progress.pods)} pods decided`;
}

type Failure = NonNullable<PlansState['failure']>;

/** The first line says what is wrong where; further ones are further faults. */
export function FailureMessage({
  failure,
  hasPlan,
  onDismiss,
}: {
  failure: Failure;
  hasPlan: boolean;
  onDismiss: () => void;
}) {
  const [first = '', ...others] = failure.message.split('\n');
  return (
    <div class={`failure ${failure.isIncomplete ? 'incomplete' : ''}`} role="alert">
      <div>
        <p class="failure-first">{first}</p>
        {others.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {hasPlan && <p class="muted">Nothing has changed: the plan below is the one from before.</p>}
      </div>
      <button type="button" class="bare" aria-label="Dismiss" onClick={onDismiss}>
        ×
      </button>
    </div>
  );
}
