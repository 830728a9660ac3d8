import { request } from 'undici';
import { loadCredentials } from '../../src/kube/credentials.ts';
import type { Http2Client } from '../../src/kube/dial.ts';
import { Transport } from '../../src/kube/transport.ts';
import { apiSuite, type ApiHarness } from '../api/suite.ts';
import { startControlPlane, WITH_POD_GROUPS } from './control-plane.ts';

interface StartOptions {
  cached?: boolean;
  http2Client?: Http2Client;
}

async function start({ cached = true, http2Client = 'coset' }: StartOptions = {}): Promise<ApiHarness> {
  const controlPlane = await startControlPlane({
    apiserverArgs: [...WITH_POD_GROUPS, ...(cached ? [] : ['--watch-cache-sizes', 'pods#0'])],
  });
  const transport = new Transport(await loadCredentials(controlPlane.kubeconfigPath), { http2Client });
  const { client, etcd } = controlPlane;

  /** Has etcd forget all but its newest revision; the API server's resource versions are etcd's revisions. */
  const expire = async (): Promise<string> => {
    const version = async (): Promise<string> => {
      const list = await client.json<{ metadata: { resourceVersion: string } }>('GET', '/api/v1/namespaces');
      return list.metadata.resourceVersion;
    };
    const forgotten = await version();
    for (const name of ['later', 'latest']) {
      await client.text('POST', '/api/v1/namespaces', { metadata: { name } });
    }
    const revision = await version();
    const { statusCode } = await request(`${etcd}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision, physical: true }),
    });
    if (statusCode !== 200) throw new Error(`etcd answered ${statusCode} when asked to compact`);
    return forgotten;
  };

  return {
    transport,
    // Bookmarks come out of the cache, and what is in the cache is not forgotten.
    ...(cached ? {} : { expire, bookmarks: false }),
    stop: async () => {
      await transport.close();
      await controlPlane.stop();
    },
  };
}

apiSuite('kube-apiserver', () => start());
apiSuite("kube-apiserver by Node's HTTP/2 client", () => start({ http2Client: 'node' }));
apiSuite('kube-apiserver without its cache of pods', () => start({ cached: false }));
