import { describe, expect, test } from 'vitest';
import { configurationOf, defaultConfiguration } from '../../src/config/configuration.ts';

const FILTERS =
  'NodeName NodeUnschedulable TaintToleration NodeAffinity NodePorts NodeResourcesFit VolumeRestrictions ' +
  'NodeVolumeLimits VolumeBinding VolumeZone PodTopologySpread InterPodAffinity DynamicResources NodeDeclaredFeatures';
const SCORES =
  'TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 VolumeBinding=1 PodTopologySpread=2 InterPodAffinity=2 ' +
  'DynamicResources=2 NodeResourcesBalancedAllocation=1 ImageLocality=1';

function configurationWith(plugins: object) {
  return configurationOf(
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ plugins }],
    },
    'file.yaml',
  );
}

function merged(plugins: object) {
  const [profile] = configurationWith(plugins).profiles;
  return {
    filters: profile!.filters.join(' '),
    scores: profile!.scores.map(({ name, weight }) => `${name}=${weight}`).join(' '),
  };
}

test('post filters can be disabled', () => {
  const postFilters = (plugins: object) => configurationWith(plugins).profiles[0]!.postFilters;
  expect(postFilters({})).toEqual(['DynamicResources', 'DefaultPreemption']);
  expect(postFilters({ postFilter: { disabled: [{ name: 'DefaultPreemption' }] } })).toEqual([
    'DynamicResources',
  ]);
});

/** A set written short: "A=3 B -C -*" enables A with weight 3 and B, and disables C and all. */
function set(text: string) {
  const words = text.split(' ');
  return {
    enabled: words
      .filter((word) => !word.startsWith('-'))
      .map((word) => ({
        name: word.split('=')[0],
        ...(word.includes('=') && { weight: Number(word.split('=')[1]) }),
      })),
    disabled: words.filter((word) => word.startsWith('-')).map((word) => ({ name: word.slice(1) })),
  };
}

// The expectations are what kube-scheduler 1.37.2 makes of the same file.
describe('plugins merge as in kube-scheduler', () => {
  test('no file', () => {
    const [profile] = defaultConfiguration().profiles;
    expect(profile!.filters.join(' ')).toBe(FILTERS);
    expect(profile!.scores.map(({ name, weight }) => `${name}=${weight}`).join(' ')).toBe(SCORES);
  });

  test('a plugin of multiPoint that is enabled again keeps its place and takes the new weight', () => {
    expect(merged({ multiPoint: set('NodeResourcesFit=9 ImageLocality -NodePorts') })).toEqual({
      filters: FILTERS.replace('NodePorts ', ''),
      scores: SCORES.replace('NodeResourcesFit=1', 'NodeResourcesFit=9'),
    });
  });

  test('a plugin that is enabled again without a weight gets 1', () => {
    expect(merged({ multiPoint: set('TaintToleration PodTopologySpread=0') }).scores).toBe(
      SCORES.replace('TaintToleration=3', 'TaintToleration=1').replace(
        'PodTopologySpread=2',
        'PodTopologySpread=1',
      ),
    );
  });

  test('disabling all of multiPoint leaves what is enabled, in its order', () => {
    const plugins = {
      multiPoint: set('-* PrioritySort DefaultBinder NodeResourcesFit=5 NodeName TaintToleration=0'),
    };
    expect(merged(plugins)).toEqual({
      filters: 'NodeResourcesFit NodeName TaintToleration',
      scores: 'NodeResourcesFit=5 TaintToleration=1',
    });
  });

  test('what an extension point enables itself comes before the rest of multiPoint', () => {
    const plugins = {
      score: set('NodeAffinity=7 ImageLocality=0 -PodTopologySpread'),
      filter: set('-NodePorts NodeAffinity'),
    };
    expect(merged(plugins)).toEqual({
      filters: `NodeAffinity ${FILTERS.replace('NodeAffinity NodePorts ', '')}`,
      scores:
        'NodeAffinity=7 ImageLocality=1 TaintToleration=3 NodeResourcesFit=1 VolumeBinding=1 InterPodAffinity=2 ' +
        'DynamicResources=2 NodeResourcesBalancedAllocation=1',
    });
  });

  test('an extension point without any of multiPoint has its own list only', () => {
    const plugins = { score: set('-* NodeAffinity'), filter: set('-* NodeName NodeResourcesFit') };
    expect(merged(plugins)).toEqual({ filters: 'NodeName NodeResourcesFit', scores: 'NodeAffinity=1' });
  });

  test('a plugin that multiPoint disables and a point enables comes last', () => {
    const plugins = {
      multiPoint: set('-NodeUnschedulable -ImageLocality'),
      filter: set('NodeUnschedulable'),
    };
    expect(merged(plugins).filters).toBe(`${FILTERS.replace('NodeUnschedulable ', '')} NodeUnschedulable`);
  });

  test('a score that its own point disables and enables comes last', () => {
    expect(merged({ score: set('ImageLocality=4 -ImageLocality') }).scores).toBe(
      `${SCORES.replace(' ImageLocality=1', '')} ImageLocality=4`,
    );
  });
});

test.each([
  ['filter', 'Foo', 'filter.enabled[0]: no plugin is named "Foo"'],
  ['filter', 'EBSLimits', 'filter.enabled[0]: no plugin is named "EBSLimits"'],
  ['multiPoint', 'EquivalenceClasses', 'multiPoint.enabled[0]: no plugin is named "EquivalenceClasses"'],
  ['filter', 'ImageLocality', 'filter.enabled[0]: ImageLocality is not a filter plugin'],
  ['score', 'NodeName', 'score.enabled[0]: NodeName is not a score plugin'],
  ['filter', 'NodeName NodeName', 'filter.enabled[1]: NodeName is enabled twice'],
  ['multiPoint', 'NodeName NodeName', 'multiPoint.enabled[1]: NodeName is enabled twice'],
  ['score', 'NodeAffinity=-5', 'score.enabled[0].weight: must not be negative, not -5'],
  ['multiPoint', '-PrioritySort', 'queueSort: one queue sort plugin must be enabled'],
  ['multiPoint', '-DefaultBinder', 'bind: a bind plugin must be enabled'],
  [
    'preFilter',
    '-NodeResourcesFit',
    'preFilter: must have NodeResourcesFit, which is asked at a later point',
  ],
  ['preScore', '-TaintToleration', 'preScore: must have TaintToleration, which is asked at a later point'],
])('%s of %s is refused', (point, entries, message) => {
  expect(() => merged({ [point]: set(entries) })).toThrow(`file.yaml: profiles[0].plugins.${message}`);
});
