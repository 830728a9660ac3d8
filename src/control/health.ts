// Answers to health probes, in the form of Kubernetes' components.
import type { Context } from 'hono';
import type { Check } from './types.ts';

/**
 * "ok" when no check failed, or every check by name with ?verbose; else `failedStatus` with all of them and the
 * reasons.
 */
export function healthAnswer(
  context: Context,
  name: string,
  checks: readonly Check[],
  failedStatus: 500 | 503,
): Response {
  const failed = checks.some(({ failure }) => failure !== undefined);
  const lines = checks.map(({ name, failure }) =>
    failure === undefined ? `[+]${name} ok` : `[-]${name} failed: ${failure}`,
  );
  lines.push(`${name} check ${failed ? 'failed' : 'passed'}`);
  const text = `${lines.join('\n')}\n`;
  if (failed) return context.text(text, failedStatus);
  return context.text(context.req.query('verbose') === undefined ? 'ok' : text);
}
