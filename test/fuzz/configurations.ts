// Configurations at random: each is taken, or refused with a message that is meant for people.
import { dump } from 'js-yaml';
import { ConfigurationError } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { Chance } from './chance.ts';
import { mutated } from './mutate.ts';

const BASE = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const plugins = (...names: string[]) => names.map((name) => ({ name, weight: 2 }));

/** Configurations that use most of what there is. */
const CORPUS: readonly object[] = [
  {
    ...BASE,
    clientConnection: { kubeconfig: '/a', qps: 50, burst: 100, contentType: 'application/json' },
    leaderElection: { leaderElect: true, leaseDuration: '15s', renewDeadline: '10s', retryPeriod: '2s' },
    parallelism: 16,
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 10,
    percentageOfNodesToScore: 0,
  },
  {
    ...BASE,
    profiles: [
      { schedulerName: 'a', plugins: { multiPoint: { enabled: plugins('NodeName', 'ImageLocality') } } },
      {
        schedulerName: 'b',
        plugins: {
          score: { disabled: [{ name: '*' }], enabled: plugins('NodeResourcesFit', 'TaintToleration') },
          filter: { disabled: plugins('NodePorts') },
        },
        pluginConfig: [
          {
            name: 'NodeResourcesFit',
            args: {
              scoringStrategy: {
                type: 'RequestedToCapacityRatio',
                resources: [{ name: 'cpu', weight: 3 }],
                requestedToCapacityRatio: {
                  shape: [
                    { utilization: 0, score: 0 },
                    { utilization: 100, score: 10 },
                  ],
                },
              },
            },
          },
          {
            name: 'InterPodAffinity',
            args: { hardPodAffinityWeight: 5, ignorePreferredTermsOfExistingPods: true },
          },
          {
            name: 'PodTopologySpread',
            args: {
              defaultingType: 'List',
              defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
            },
          },
          { name: 'VolumeBinding', args: { bindTimeoutSeconds: 600, shape: [{ utilization: 0, score: 0 }] } },
          {
            name: 'DefaultPreemption',
            args: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
          },
          { name: 'EquivalenceClasses', args: { order: 'grouped', ties: 'first', features: ['labels'] } },
        ],
      },
    ],
  },
  {
    ...BASE,
    extenders: [
      {
        urlPrefix: 'https://extender.example/below',
        filterVerb: 'filter',
        prioritizeVerb: 'prioritize',
        weight: 1,
        bindVerb: 'bind',
        enableHTTPS: true,
        tlsConfig: { insecure: true },
        httpTimeout: '5s',
        nodeCacheCapable: true,
        managedResources: [{ name: 'example.com/a', ignoredByScheduler: true }],
        ignorable: true,
      },
    ],
  },
];

/** Throws an Error that says what went wrong with which one. Returns how many were read, and how many were taken. */
export function fuzzConfigurations(cases: number, seed: number): { cases: number; taken: number } {
  const chance = new Chance(seed);
  let taken = 0;
  for (let n = 1; n <= cases; n++) {
    const text = spoilt(
      dump(mutated(chance.oneOf(CORPUS), chance, CORPUS), { flowLevel: chance.oneOf([-1, 2]) }),
      chance,
    );
    try {
      loadConfiguration(text, 'file.yaml');
      taken++;
    } catch (error) {
      const { message, stack } = error as Error;
      const isMeant = error instanceof ConfigurationError && message.startsWith('file.yaml');
      if (!isMeant)
        throw new Error(`${stack}\ncase ${n} of seed ${seed}:\n${text.slice(0, 4000)}`, { cause: error });
    }
  }
  return { cases, taken };
}

/** One in eight texts has something else in the middle, or ends there. */
function spoilt(text: string, chance: Chance): string {
  if (chance.next() > 0.125) return text;
  const at = chance.below(text.length);
  return (
    text.slice(0, at) +
    chance.oneOf(['', '\t', '{', ']', ': ', '- ', '&a *a', '!!js', '\u0000', '---\n']) +
    (chance.next() < 0.5 ? text.slice(at) : '')
  );
}
