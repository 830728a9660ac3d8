import { expect, it } from 'vitest';
import type { DeviceClass } from '../../src/devices/types.ts';
import { specialRequestsOf } from '../../src/devices/special-requests.ts';
import { pod } from '../run/fixtures.ts';
import { deviceClass } from './objects.ts';

const GPU = 'example.com/gpu';
const NIC = 'example.com/nic';
const BACKING = new Map<string, DeviceClass>([
  [GPU, deviceClass('gpu')],
  [NIC, deviceClass('nic')],
]);

/** Name, class and count of each request, and which containers use it for what. */
function asked(containers: object[], initContainers: object[] = []): { requests: string[]; uses: string[] } {
  const asking = pod('one');
  Object.assign(asking.spec!, { containers, initContainers });
  const { requests, mappings } = specialRequestsOf(asking, [NIC, GPU], BACKING);
  return {
    requests: requests.map(({ name, exactly }) => `${name}: ${exactly!.count} ${exactly!.deviceClassName}`),
    uses: mappings.map(
      ({ containerName, resourceName, requestName }) => `${containerName} ${resourceName} ${requestName}`,
    ),
  };
}

function container(name: string, requests: Record<string, string>, restartPolicy?: string): object {
  return { name, restartPolicy, resources: { requests } };
}

it('asks for what each container asks for, named by its place and that of the resource', () => {
  const main = container('main', { cpu: '1', [NIC]: '1', [GPU]: '2' });
  expect(asked([main, container('side', { [GPU]: '1' })])).toEqual({
    requests: [
      'container-0-request-1: 2 gpu',
      'container-0-request-2: 1 nic',
      'container-1-request-0: 1 gpu',
    ],
    uses: [
      `main ${GPU} container-0-request-1`,
      `side ${GPU} container-1-request-0`,
      `main ${NIC} container-0-request-2`,
    ],
  });
});

it('lets init containers use what later containers have, and share what they need besides', () => {
  const inits = [
    container('small', { [GPU]: '1' }),
    container('large', { [GPU]: '4' }),
    container('larger', { [GPU]: '5' }),
  ];
  expect(asked([container('main', { [GPU]: '2' })], inits)).toEqual({
    requests: ['container-2-request-0: 3 gpu', 'container-3-request-0: 2 gpu'],
    uses: [
      `main ${GPU} container-3-request-0`,
      `small ${GPU} container-3-request-0`,
      `large ${GPU} container-3-request-0`,
      `large ${GPU} container-2-request-0`,
      `larger ${GPU} container-3-request-0`,
      `larger ${GPU} container-2-request-0`,
    ],
  });
});

it('lets an init container use what sidecars after it have, and none before it', () => {
  const inits = [
    container('first', { [GPU]: '1' }),
    container('sidecar', { [GPU]: '1' }, 'Always'),
    container('last', { [GPU]: '1' }),
  ];
  expect(asked([container('main', {})], inits)).toEqual({
    requests: ['container-1-request-0: 1 gpu', 'container-2-request-0: 1 gpu'],
    uses: [
      `sidecar ${GPU} container-1-request-0`,
      `first ${GPU} container-1-request-0`,
      `last ${GPU} container-2-request-0`,
    ],
  });
});
