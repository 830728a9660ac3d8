// `coset run` on an embedded API.
import { onTestFinished } from 'vitest';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { Coset, folderWith, kubeconfigFor } from './coset.ts';

export async function startRun(
  options: Parameters<typeof serveEmbedded>[0] = {},
  more: readonly string[] = [],
): Promise<{ server: Embedded; running: Coset }> {
  const server = await serveEmbedded(options);
  onTestFinished(() => server.close());
  return { server, running: runOn(server, more) };
}

/** Another one on the same API. */
export function runOn(server: Embedded, more: readonly string[] = []): Coset {
  const folder = folderWith({ kubeconfig: kubeconfigFor(server.url, 'a-secret-token') });
  const args = [
    'run',
    '--kubeconfig',
    'kubeconfig',
    '--secure-port',
    '0',
    '--control',
    '127.0.0.1:0',
    ...more,
  ];
  return new Coset(args, { folder });
}
