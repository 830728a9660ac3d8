// Host ports of a pod, and which of them collide.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { hostPortsOf, hostPortText, portsCollide, type HostPort } from '../../src/state/host-ports.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

const container = (name: string, ...ports: NonNullable<Container['ports']>): Container => ({ name, ports });
const texts = (spec: Pod['spec']) => hostPortsOf({ spec }).map(hostPortText);

describe('hostPortsOf', () => {
  test('takes the host ports of all containers, with the defaults of address and protocol', () => {
    const containers = [
      container('one', { containerPort: 8080, hostPort: 80 }, { containerPort: 9090 }),
      container('two', { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' }),
    ];
    expect(texts({ containers })).toEqual(['0.0.0.0/TCP/80', '10.0.0.1/UDP/53']);
  });

  test('takes those of restartable init containers, and of no other ones', () => {
    const initContainers = [
      { ...container('sidecar', { containerPort: 1, hostPort: 1 }), restartPolicy: 'Always' },
      container('init', { containerPort: 2, hostPort: 2 }),
    ];
    expect(texts({ initContainers, containers: [] })).toEqual(['0.0.0.0/TCP/1']);
  });

  test('a host port of 0, an empty address and an empty protocol say nothing', () => {
    const containers = [
      container('one', { containerPort: 1, hostPort: 0 }),
      container('two', { containerPort: 2, hostPort: 2, hostIP: '', protocol: '' }),
    ];
    expect(texts({ containers })).toEqual(['0.0.0.0/TCP/2']);
  });
});

describe('portsCollide', () => {
  const any: HostPort = { address: '0.0.0.0', protocol: 'TCP', port: 80 };
  test.each<[string, HostPort, HostPort, boolean]>([
    ['the same', any, any, true],
    ['another port', any, { ...any, port: 81 }, false],
    ['another protocol', any, { ...any, protocol: 'UDP' }, false],
    ['any address and one', any, { ...any, address: '10.0.0.1' }, true],
    ['one address and the same', { ...any, address: '10.0.0.1' }, { ...any, address: '10.0.0.1' }, true],
    ['one address and another', { ...any, address: '10.0.0.1' }, { ...any, address: '10.0.0.2' }, false],
  ])('%s', (_, one, two, expected) => {
    expect(portsCollide(one, two)).toBe(expected);
    expect(portsCollide(two, one)).toBe(expected);
  });
});
