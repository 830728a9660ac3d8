// What became of the objects in the files, as notes for the reader.
import { plural } from '../../model/table.ts';
import type { Intake } from '../../scenario/intake.ts';
import type { NoteView } from './types.ts';

/** What was not used first, then what was left out or supposed, then what was counted. */
export function notesOf(intake: Intake, notices: readonly string[]): NoteView[] {
  const { passedOver, leftOut, made, finished, terminating, unknownNodes, others } = intake;
  const notice = (title: string, text: string): NoteView => ({ kind: 'notice', title, text });
  return [
    ...passedOver.map(({ object, reason }): NoteView => ({
      kind: 'problem',
      title: object,
      text: `${reason} (passed over)`,
    })),
    ...Object.entries(unknownNodes).map(([node, pods]): NoteView => ({
      kind: 'problem',
      title: node,
      text: `is not in the files: ${plural(pods, 'pod')} on it passed over`,
    })),
    ...leftOut.map(({ object, reason }) => notice(object, `left out: ${reason}`)),
    ...notices.map((text) => notice('Notice', text)),
    ...made.map(({ workload, pods, there }) =>
      notice(workload, `makes ${plural(pods, 'pod')}${there > 0 ? `, beside ${there} that it has` : ''}`),
    ),
    ...counted([
      [finished, 'finished'],
      [terminating, 'being deleted'],
    ]).map((text) => notice('Pods', `${text}: not planned`)),
    ...counted(Object.entries(others).map(([kind, count]) => [count, kind])).map((text) =>
      notice('Objects', `${text}: of a kind that scheduling does not read`),
    ),
  ];
}

function counted(counts: [number, string][]): string[] {
  return counts.filter(([count]) => count > 0).map(([count, of]) => `${count} ${of}`);
}
