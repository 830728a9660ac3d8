// Each check fails when what it looks for is there: bugs are planted between the scheduler and its surroundings.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Answer, Carrier, Outgoing } from '../../src/kube/carrier.ts';
import type { CarrierSource } from '../../src/kube/reconnecting-carrier.ts';
import { resourceOfPath } from '../../src/dev/embedded/schema/resources.ts';
import type { Pod } from '../../src/model/types.ts';
import { configuration } from '../cycle/fixtures.ts';
import { ApiServer, type ServerAnswer } from './api-server.ts';
import { bindingIn } from './checkers/checker.ts';
import { NAMESPACE } from './objects.ts';
import { shortest, told } from './shrink.ts';
import { simulate, type Check, type RunOptions, type Violation } from './simulate.ts';

const STEPS = 600;
/** A run in which pods come and are bound, and little goes wrong. */
const SEED = 1;

/** What the check finds. The same run without the bug has nothing. */
async function found(check: Check, sabotage: RunOptions['sabotage'], seed = SEED): Promise<Violation> {
  const { violation } = await simulate({ seed, steps: STEPS, checks: [check], sabotage });
  expect(violation?.check).toBe(check);
  return violation!;
}

/** Carriers whose requests pass by a function first. */
function changed(send: (carrier: Carrier, request: Outgoing) => Promise<Answer>) {
  return (carriers: CarrierSource): CarrierSource => ({
    carrier: async () => {
      const carrier = await carriers.carrier();
      return Object.assign(Object.create(carrier) as Carrier, {
        send: (request: Outgoing) => send(carrier, request),
        open: (request: Outgoing) => carrier.open(request),
      });
    },
    close: () => carriers.close(),
  });
}

/** An API server that puts a pod wherever it is told to, be it on a node or not. */
class Yielding extends ApiServer {
  override answer(request: Outgoing): ServerAnswer {
    const binding = bindingIn(request);
    const bound: Pod | undefined = binding && this.store.collection('pods').get(binding.key)?.object;
    if (bound?.spec?.nodeName) {
      const pods = resourceOfPath('v1', 'pods')!;
      const freed: Pod = { ...bound, spec: { ...bound.spec, nodeName: undefined } };
      this.store.modify(pods, NAMESPACE, bound.metadata!.name!, 'both', () => freed);
    }
    return super.answer(request);
  }
}

const isBinding = ({ path }: Outgoing) => path.endsWith('/binding');

describe('it is found', () => {
  it('when a pod is bound twice', async () => {
    const carriers = changed(async (carrier, request) => {
      const answer = await carrier.send(request);
      return isBinding(request) ? carrier.send(request) : answer;
    });
    const { what } = await found('bindings', { carriers, server: new Yielding() });
    expect(what[0]).toMatch(/was (?:bound to .*, and then to|moved from)/);
  });

  it('when somebody binds who does not lead', async () => {
    const leadership = () => ({ isLeading: true, holder: undefined, begun: Promise.resolve() });
    expect((await found('bindings', { leadership })).what[0]).toMatch(/while .* holds the lease/);
  });

  it('when a node has more than it can take', async () => {
    // nodes are told of as if they were larger
    const carriers = changed(async (carrier, request) => {
      const answer = await carrier.send(request);
      const text = answer.bytes.toString().replaceAll(/"allocatable":\{"cpu":"\d/g, '$&00');
      return request.path.startsWith('/api/v1/nodes') ? { ...answer, bytes: Buffer.from(text) } : answer;
    });
    expect((await found('capacity', { carriers })).what[0]).toMatch(/has too little of cpu/);
  });

  it('when a pod is forgotten', async () => {
    const carriers = (source: CarrierSource): CarrierSource => ({
      carrier: async () => {
        const carrier = await source.carrier();
        return Object.assign(Object.create(carrier) as Carrier, {
          send: (request: Outgoing) => carrier.send(request),
          open: async (request: Outgoing) => {
            const { status, body } = await carrier.open(request);
            const lines = new PassThrough();
            body.on('data', (chunk: Buffer) => {
              if (!/"type":"ADDED".*"kind":"Pod"/.test(chunk.toString())) lines.write(chunk);
            });
            body.on('end', () => lines.end());
            body.on('error', (error) => lines.destroy(error));
            return { status, body: lines };
          },
        });
      },
      close: () => source.close(),
    });
    expect((await found('states', { carriers })).what[0]).toMatch(/is lost/);
    expect((await found('quiet', { carriers })).what.join()).toMatch(/does not wait|waits, and could be on/);
  });

  it('when a pod has two states', async () => {
    const { what } = await found('states', {
      afterCycle: (cluster) => {
        const [first] = [...(cluster.nodes.columns.rows ? [cluster.nodes.node(0)] : [])];
        if (first !== undefined) cluster.setPod(standing('at-first-0', first.name));
      },
    });
    expect(what[0]).toMatch(/, and has |there is no such pod|taken to be on/);
  });

  it('when usage leaks', async () => {
    const { what } = await found('packing', {
      afterCycle: (cluster) => {
        const [pod] = cluster.pods();
        if (pod?.row !== undefined) cluster.usage.add(pod, pod.row, 1);
      },
    });
    expect(what[0]).toMatch(/packed/);
  });

  it('when a pod is given another node than the reference gives it', async () => {
    const spreading = configuration({}, [
      {
        name: 'NodeResourcesFit',
        args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } },
      },
    ]);
    expect((await found('decisions', { configuration: spreading })).what[0]).toMatch(/which should have/);
  });

  it('when the scheduler has failed', async () => {
    const afterCycle = () => {
      throw new Error('a planted fault');
    };
    expect((await found('log', { afterCycle })).what[0]).toContain('a planted fault');
  });

  it('when a binding is taken for done that is not', async () => {
    const carriers = changed(async (carrier, request) => {
      if (!isBinding(request)) return carrier.send(request);
      const done = { kind: 'Status', apiVersion: 'v1', status: 'Success' };
      return { status: 201, retryAfter: undefined, bytes: Buffer.from(JSON.stringify(done)) };
    });
    expect((await found('quiet', { carriers })).what.join()).toMatch(/is taken to be on/);
  });
});

it('is told with the fewest disturbances that lead to it', async () => {
  const carriers = changed(async (carrier, request) => {
    const answer = await carrier.send(request);
    return isBinding(request) ? carrier.send(request) : answer;
  });
  const options: RunOptions = {
    seed: 4,
    steps: STEPS,
    checks: ['bindings'],
    sabotage: { carriers, server: new Yielding() },
  };
  // a server of its own for each run
  const again = () => ({ ...options, sabotage: { carriers, server: new Yielding() } });
  const failed = await simulate(again());
  const least = await shortest(failed, again);
  expect(failed.disturbances.length).toBeGreaterThan(least.disturbances.length);
  expect(least.violation?.check).toBe('bindings');
  expect(told(least)).toContain('seed 4: bindings');
});

function standing(name: string, nodeName: string): Pod {
  return {
    metadata: { name, namespace: NAMESPACE, uid: `uid at first ${name.split('-').at(-1)}` },
    spec: { nodeName, containers: [{ name: 'main' }] },
  };
}
