// What the page and its worker tell each other. A worker makes one plan, and explains it for as long as it is shown.
import type { ExplanationView, PlanView } from '../view/types.ts';

/** A file, or a text that was pasted. */
export interface Source {
  name: string;
  blob: Blob;
}

export type Request =
  { type: 'plan'; sources: readonly Source[] } | { type: 'explain'; id: number; pod: string };

export type Progress =
  { step: 'reading'; name: string } | { step: 'deciding'; decided: number; pods: number };

export type Reply =
  | { type: 'progress'; progress: Progress }
  | { type: 'planned'; view: PlanView }
  /** `isIncomplete` says that the sources are right, and more are needed. */
  | { type: 'failed'; message: string; isIncomplete: boolean }
  | { type: 'explained'; id: number; explanation: ExplanationView }
  | { type: 'unexplained'; id: number; message: string };
