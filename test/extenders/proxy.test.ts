import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Extender } from '../../src/config/types.ts';
import { HttpExtender } from '../../src/run/extenders/http-extender.ts';

const EXTENDER: Extender = {
  ...{ urlPrefix: 'http://extender.test/below', filterVerb: 'filter', prioritizeVerb: '', bindVerb: '' },
  ...{ weight: 1, timeoutSeconds: 5, nodeCacheCapable: true, ignorable: false },
  ...{ managedResources: [], ignoredResources: [], tls: { insecure: false } },
};

afterEach(() => void vi.unstubAllEnvs());

it('an extender is asked through the proxy that the environment names, as by kube-scheduler', async () => {
  const urls: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    urls.push(request.url);
    response.end(JSON.stringify({ NodeNames: ['a'] }));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv('NO_PROXY', 'other.test');
  const extender = new HttpExtender(EXTENDER);
  onTestFinished(async () => {
    await extender.close();
    proxy.close();
  });
  const pod = { metadata: { name: 'p' }, spec: { containers: [] } };
  const { left } = await extender.filter(pod, [{ name: 'a' }, { name: 'b' }]);
  expect([...left]).toEqual(['a']);
  expect(urls).toEqual(['http://extender.test/below/filter']);
});
