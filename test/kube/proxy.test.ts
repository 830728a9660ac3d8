import { expect, it } from 'vitest';
import { proxyFromEnvironment } from '../../src/kube/proxy.ts';

const PROXY = 'http://proxy.example:3128/';

it.each([
  ['https://api.example', { HTTPS_PROXY: 'http://proxy.example:3128' }, PROXY],
  ['https://api.example', { https_proxy: 'proxy.example:3128' }, PROXY],
  ['https://api.example', { HTTPS_PROXY: 'socks5://me:pw@proxy.example' }, 'socks5://me:pw@proxy.example'],
  ['https://api.example', { HTTP_PROXY: 'proxy.example:3128' }, undefined],
  ['http://api.example', { HTTP_PROXY: 'proxy.example:3128', HTTPS_PROXY: 'other' }, PROXY],
  ['https://api.example', { HTTPS_PROXY: '', https_proxy: '' }, undefined],
  ['https://api.example', {}, undefined],
] as const)('is for %s what the environment %o says', (server, env, proxy) => {
  expect(proxyFromEnvironment(new URL(server), env)).toBe(proxy);
});

it.each([
  // the machine itself, whatever the list says
  ['https://localhost:6443', '', false],
  ['https://127.8.9.1:6443', '', false],
  ['https://[::1]:6443', '', false],
  // names, and what ends in them
  ['https://api.example', 'api.example', false],
  ['https://API.example', 'other, Api.Example ,', false],
  ['https://one.api.example', 'api.example', false],
  ['https://one.api.example', '.api.example', false],
  ['https://one.api.example', '*.api.example', false],
  ['https://api.example', '.api.example', true],
  ['https://api.example', '*.api.example', true],
  ['https://myapi.example', 'api.example', true],
  ['https://api.example', '*', false],
  // with ports
  ['https://api.example', 'api.example:443', false],
  ['https://api.example:6443', 'api.example:443', true],
  ['https://10.0.0.1:6443', '10.0.0.1:6443', false],
  ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
  ['https://[fd00::1]:6443', '[fd00::1]:443', true],
  // addresses and networks
  ['https://10.1.2.3', '10.0.0.0/8', false],
  ['https://11.1.2.3', '10.0.0.0/8', true],
  ['https://[fd00:1::5]', 'fd00:1::/32', false],
  ['https://[fd00:2::5]', 'fd00:1::/32', true],
  ['https://[fd00::1]', 'fd00:0:0::1', false],
  ['https://10.1.2.3', '1.2.3', true],
  ['https://10.1.2.3', '10.0.0.0/99,x/8,:443', true],
  ['https://api.example', '10.0.0.0/8', true],
] as const)('%s with NO_PROXY "%s" goes through it: %s', (server, list, isProxied) => {
  const proxy = proxyFromEnvironment(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: list });
  expect(proxy).toBe(isProxied ? PROXY : undefined);
});

it('that is no URL is refused by the name of its variable', () => {
  const asked = () => proxyFromEnvironment(new URL('https://a'), { HTTPS_PROXY: 'ftp://me:secret@a' });
  expect(asked).toThrow(/^HTTPS_PROXY must be a URL of http: or https: or socks5:$/);
});
