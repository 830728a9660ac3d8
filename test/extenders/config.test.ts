import { expect, it } from 'vitest';
import { ConfigurationError, configurationOf } from '../../src/config/configuration.ts';

const url = 'http://extender.example/scheduler';

function read(...extenders: object[]) {
  return configurationOf(
    { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', extenders },
    'file',
  );
}

it('takes the extenders with their defaults, those that may fail last', () => {
  const { extenders, profiles } = read(
    { urlPrefix: url, ignorable: true, enableHTTPS: true },
    { urlPrefix: url, prioritizeVerb: 'rank', weight: 2, httpTimeout: '1m' },
  );
  expect(extenders).toMatchObject([
    { prioritizeVerb: 'rank', filterVerb: '', weight: 2, timeoutSeconds: 60, tls: { insecure: false } },
    { ignorable: true, timeoutSeconds: 5, nodeCacheCapable: false, tls: { insecure: true } },
  ]);
  expect(profiles[0]!.filters.at(-1)).toBe('Extender');
  expect(read().profiles[0]!.filters).not.toContain('Extender');
});

it('leaves resources to the extender that only it checks', () => {
  const { profiles } = read({
    urlPrefix: url,
    managedResources: [{ name: 'example.com/gpu', ignoredByScheduler: true }, { name: 'example.com/nic' }],
  });
  expect(profiles[0]!.args.NodeResourcesFit.ignoredResources).toEqual(['example.com/gpu']);
});

it.each([
  [{ urlPrefix: 'extender' }, 'extenders[0].urlPrefix: must be an http or https URL'],
  [{ urlPrefix: url, preemptVerb: 'preempt' }, 'extenders[0].preemptVerb: not supported yet'],
  [{ urlPrefix: url, prioritizeVerb: 'rank' }, 'extenders[0].weight: must be greater than 0'],
  [{ urlPrefix: url, filter: 'x' }, 'extenders[0]: unknown field "filter"'],
  [
    { urlPrefix: url, managedResources: [{ name: 'cpu' }] },
    'extenders[0].managedResources[0].name: "cpu" is not the name of an extended resource',
  ],
  [
    { urlPrefix: url, managedResources: [{ name: 'a.b/c' }, { name: 'a.b/c' }] },
    'extenders[0].managedResources[1].name: "a.b/c" is managed by another extender too',
  ],
  [{ urlPrefix: url, httpTimeout: '-1s' }, 'extenders[0].httpTimeout: must not be negative'],
])('refuses %j by name', (extender, message) => {
  expect(() => read(extender)).toThrow(ConfigurationError);
  expect(() => read(extender)).toThrow(message);
});

it('lets only one bind', () => {
  const binder = { urlPrefix: url, bindVerb: 'bind' };
  expect(() => read(binder, binder)).toThrow('extenders: only one may bind, not 2');
});
