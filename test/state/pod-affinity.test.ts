import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { affinityOf } from '../../src/state/pod-affinity.ts';

function pod(namespace: string, topologyKey: string): Pod {
  const term = { topologyKey, labelSelector: { matchLabels: { app: 'web' } } };
  return {
    metadata: { name: 'web', namespace },
    spec: {
      containers: [],
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    },
  };
}

describe('the terms of a pod', () => {
  it('are parsed once for pods of a template', () => {
    expect(affinityOf(pod('shop', 'zone'))).toBe(affinityOf(pod('shop', 'zone')));
  });

  it('are those of its own namespace', () => {
    const [shop, office] = [affinityOf(pod('shop', 'zone'))!, affinityOf(pod('office', 'zone'))!];
    expect([...shop.required[0]!.namespaces]).toEqual(['shop']);
    expect([...office.required[0]!.namespaces]).toEqual(['office']);
  });

  it('stay right when more templates have come than are kept', () => {
    const first = affinityOf(pod('shop', 'key-0'))!;
    for (let key = 1; key <= 2500; key++) {
      expect(affinityOf(pod('shop', `key-${key}`))!.required[0]!.topologyKey).toBe(`key-${key}`);
    }
    expect(affinityOf(pod('shop', 'key-0'))).toEqual(first);
  });
});
